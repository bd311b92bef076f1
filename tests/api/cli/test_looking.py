"""`board`, `history`, `events`, `status`, `rebuild` and `token` as people read them, and as programs do."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from domain.catalogue import CATALOGUE
from tests.api.cli.command import Hazardloop, Ran, done


def lines(ran: Ran) -> list[Any]:
    return [json.loads(line) for line in done(ran).splitlines()]


def test_given_a_log_when_its_events_are_printed_then_each_is_there_in_order(sampled: Hazardloop) -> None:
    events = lines(sampled("events", "--json"))
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    assert {event["event"]["by"]["role"] for event in events} == {"importer"}
    texts = [event["event"]["description"] for event in events if event["name"] == "hazard.reported.v1"]
    assert all(isinstance(text, str) for text in texts)
    for printed, event in zip(done(sampled("events")).splitlines(), events, strict=True):
        assert event["name"] in printed
        assert event["stream_id"] in printed


def test_given_a_position_then_only_what_lies_behind_it_is_printed(sampled: Hazardloop) -> None:
    everything = lines(sampled("events", "--json"))
    assert lines(sampled("events", "--json", "--after", len(everything) - 2)) == everything[-2:]
    assert done(sampled("events", "--after", len(everything))) == ""


def test_given_the_catalogue_then_every_event_has_a_schema(hazardloop: Hazardloop) -> None:
    assert json.loads(done(hazardloop("events", "--catalogue"))) == CATALOGUE.schemas()


def test_given_a_log_when_the_board_is_shown_then_its_counts_are_those_of_the_events(sampled: Hazardloop) -> None:
    names = Counter(event["name"] for event in lines(sampled("events", "--json")))
    board = json.loads(done(sampled("board", "--json")))
    assert board["total"]["found"] == names["hazard.reported.v1"]
    assert board["total"]["closed_before_import"] == names["hazard.closed_before_import.v1"]
    assert sum(row["counts"]["found"] for row in board["sections"]) == board["total"]["found"]
    table = done(sampled("board"))
    (total,) = [line.split() for line in table.splitlines() if line.strip().startswith("total")]
    counted = ("found", "open", "overdue", "closed", "closed_before_import", "dismissed")
    assert total[1:7] == [str(board["total"][name]) for name in counted]


def test_given_an_enterprise_when_its_board_is_shown_then_it_counts_its_own_hazards(sampled: Hazardloop) -> None:
    reports = [event["event"] for event in lines(sampled("events", "--json")) if event["name"] == "hazard.reported.v1"]
    (enterprise, number), *_ = Counter(report["enterprise_uscc"] for report in reports).most_common(1)
    board = json.loads(done(sampled("board", enterprise, "--json")))
    assert (board["enterprise_uscc"], board["total"]["found"]) == (enterprise, number)
    assert f"open duties: {board['open_duties']}" in done(sampled("board", enterprise))


def test_given_a_time_before_the_first_report_then_the_board_of_then_is_empty(sampled: Hazardloop) -> None:
    for clock in ("recorded", "occurred"):
        board = json.loads(done(sampled("board", "--json", "--at", "1999-01-01T00:00:00+08:00", "--clock", clock)))
        assert board["total"]["found"] == 0


def test_given_a_hazard_when_its_history_is_shown_then_every_event_of_it_is_there(sampled: Hazardloop) -> None:
    events = lines(sampled("events", "--json"))
    hazard = next(event["stream_id"] for event in events if event["name"] == "hazard.reported.v1")
    names = [event["name"] for event in events if event["stream_id"] == hazard]
    history = json.loads(done(sampled("history", hazard, "--json")))
    assert [entry["name"] for entry in history] == names
    table = done(sampled("history", hazard)).splitlines()
    assert [name in line for name, line in zip(names, table[1:], strict=True)] == [True] * len(names)


def test_given_a_log_when_the_views_are_rebuilt_twice_then_they_are_byte_for_byte_the_same(
    sampled: Hazardloop,
) -> None:
    done(sampled("board"))
    for _ in range(2):
        assert done(sampled("rebuild", "--check")).count("byte for byte as before") == 2
    assert done(sampled("rebuild", "hazards")) == "hazards: rebuilt\n"


def test_given_two_things_to_do_to_the_views_then_neither_is_done(hazardloop: Hazardloop) -> None:
    ran = hazardloop("rebuild", "--resume", "--drop-old")
    assert (ran.code, ran.out) == (2, "")


def test_given_views_that_are_not_parked_then_there_is_nothing_to_resume_or_to_drop(hazardloop: Hazardloop) -> None:
    done(hazardloop("board"))
    assert done(hazardloop("rebuild", "--resume")) == "hazards: was not parked\nenterprises: was not parked\n"
    assert done(hazardloop("rebuild", "--drop-old")) == ""


def test_given_a_log_when_the_status_is_asked_for_then_it_says_how_far_each_view_has_come(sampled: Hazardloop) -> None:
    done(sampled("board"))
    (place,) = json.loads(done(sampled("status", "--json")))
    head = len(lines(sampled("events", "--json")))
    assert (place["jurisdiction"], place["current"], place["position"]) == ("320583", True, head)
    assert {(row["name"], row["state"], row["lag_events"]) for row in place["projections"]} == {
        ("hazards", "live", 0),
        ("enterprises", "live", 0),
    }
    assert "320583" in done(sampled("status"))


def test_given_a_schema_that_is_behind_when_it_is_migrated_then_the_status_says_so(
    without_database: Hazardloop, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", empty_database_url)
    hazardloop = without_database
    behind = hazardloop("status", "--json")
    assert (behind.code, behind.err) == (1, "hazardloop: the schema of 320583 is behind\n")
    assert [place["current"] for place in json.loads(behind.out)] == [False]
    assert "hazardloop migrate" in hazardloop("status").out
    assert done(hazardloop("migrate")) == "the schema of 320583 is up to date\n"
    assert done(hazardloop("migrate")) == "the schema of 320583 is up to date\n"
    assert [place["current"] for place in json.loads(done(hazardloop("status", "--json")))] == [True]


def test_given_tokens_when_they_are_listed_then_the_newest_comes_first_and_none_is_shown(
    hazardloop: Hazardloop,
) -> None:
    first = done(hazardloop("token", "create", "--role", "auditor")).strip()
    second = done(hazardloop("token", "create", "--role", "worker", "--enterprise", "91320583ma1wxyrc06")).strip()
    rows = json.loads(done(hazardloop("token", "list", "--json")))
    assert [(row["role"], row["enterprise"]) for row in rows] == [("worker", "91320583MA1WXYRC06"), ("auditor", None)]
    assert done(hazardloop("token", "revoke", rows[1]["id"])) == ""
    table = done(hazardloop("token", "list"))
    assert rows[1]["id"] in table
    assert not any(token in table for token in (first, second))
    rows = json.loads(done(hazardloop("token", "list", "--json")))
    assert [row["revoked_at"] is not None for row in rows] == [False, True]
