"""`history`, `board` and `duties` at a past, by the views and by a fold of the log that has to say the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from application.questions import Projection
from infrastructure.log.batch import schema_of
from infrastructure.rules import loader
from infrastructure.views.asking import VERSIONS
from tests.api.cli.command import Hazardloop, done
from tests.conftest import JURISDICTION

PASTS = (
    (),
    ("--version", 100),
    ("--at", "2025-06-01T00:00:00+08:00", "--clock", "occurred"),
    ("--at", "2025-06-01T00:00:00+08:00"),
)


def reported(hazardloop: Hazardloop) -> dict[str, Any]:
    """The first report of the log."""
    events = map(json.loads, done(hazardloop("events", "--json")).splitlines())
    return next(event for event in events if event["name"] == "hazard.reported.v1")


def told(hazardloop: Hazardloop, *arguments: object) -> Any:
    """The answer of a command, without how far the log had been read and what time it was."""
    answer = json.loads(done(hazardloop(*arguments, "--json")))
    return {name: value for name, value in answer.items() if name != "as_of"} if isinstance(answer, dict) else answer


@pytest.mark.parametrize("past", PASTS)
def test_given_a_past_when_the_log_is_folded_then_it_says_what_the_views_say(
    sampled: Hazardloop, past: tuple[object, ...]
) -> None:
    enterprise = reported(sampled)["event"]["enterprise_uscc"]
    for command in (("board",), ("board", enterprise), ("duties",), ("duties", enterprise, "--open")):
        assert told(sampled, *command, *past, "--fold") == told(sampled, *command, *past), command


@pytest.mark.parametrize("past", [(), ("--version", 2), ("--at", "2999-01-01T00:00:00+08:00", "--clock", "occurred")])
def test_given_a_hazard_when_its_log_is_folded_then_it_stands_where_its_history_ends(
    sampled: Hazardloop, past: tuple[object, ...]
) -> None:
    id = reported(sampled)["stream_id"]
    history = json.loads(done(sampled("history", id, *past, "--json")))
    file = told(sampled, "history", id, *past, "--fold")
    assert file["version"] == len(history) == (past[1] if past[:1] == ("--version",) else len(history))
    assert f"stage                 {file['stage']}" in done(sampled("history", id, *past, "--fold"))


@pytest.mark.parametrize(
    ("table", "changed", "command", "named"),
    [
        ("hazard_timeline", "stage = 'dismissed'", "board", "total"),
        ("hazard_timeline", "round = 7", "history", "round"),
        ("duty", "due = due + 1", "duties", "the duties"),
    ],
)
def test_given_a_table_somebody_changed_when_the_log_is_folded_then_the_difference_is_named(
    sampled: Hazardloop, database_url: str, table: str, changed: str, command: str, named: str
) -> None:
    id = reported(sampled)["stream_id"]
    subject = (id,) if command == "history" else ()
    done(sampled(command, *subject, "--fold"))
    with psycopg.connect(database_url) as connection:
        of = f"{schema_of(JURISDICTION)}.{table}_v{VERSIONS[Projection.HAZARDS]}"
        connection.execute(f"UPDATE {of} SET {changed} WHERE hazard_id = %s".encode(), [id])
    ran = sampled(command, *subject, "--fold")
    assert ran.code == 1
    assert f"do not agree on {named}" in ran.err


@pytest.mark.parametrize("command", ["board", "duties"])
def test_given_two_pasts_or_one_yet_to_come_then_neither_is_shown(hazardloop: Hazardloop, command: str) -> None:
    two = hazardloop(command, "--version", 3, "--at", "2026-01-01T00:00:00+08:00")
    assert (two.code, two.out) == (2, "")
    yet_to_come = hazardloop(command, "--version", 3)
    assert (yet_to_come.code, yet_to_come.out) == (2, "")
    assert "the log has not come as far" in yet_to_come.err


def test_given_a_version_a_hazard_has_not_come_to_then_it_is_refused(sampled: Hazardloop) -> None:
    id = reported(sampled)["stream_id"]
    for more in ((), ("--fold",)):
        ran = sampled("history", id, "--version", 99, *more)
        assert (ran.code, ran.out) == (2, "")


def test_given_a_ledger_taken_in_when_findings_are_asked_for_then_each_closing_of_the_record_is_one(
    sampled: Hazardloop,
) -> None:
    events = [json.loads(line) for line in done(sampled("events", "--json")).splitlines()]
    closings = [event["position"] for event in events if event["name"] == "hazard.closed_before_import.v1"]
    found = json.loads(done(sampled("findings", "--kind", "closed_before_import", "--json")))
    assert [one["position"] for one in found] == closings
    assert all(one["imported"] for one in found)
    late = json.loads(done(sampled("findings", "--kind", "recorded_late", "--late-after", 36500, "--json")))
    assert late == []
    assert json.loads(done(sampled("findings", "--not-imported", "--json"))) == []
    ran = sampled("findings")
    assert f"closed_before_import, imported: {len(closings)}" in ran.err


def test_given_two_points_when_they_are_compared_then_the_events_between_are_named(sampled: Hazardloop) -> None:
    first = reported(sampled)
    id, enterprise = first["stream_id"], first["event"]["enterprise_uscc"]
    of_the_hazard = json.loads(done(sampled("diff", id, "--from-version", 1, "--json")))
    history = json.loads(done(sampled("history", id, "--json")))
    assert [event["position"] for event in of_the_hazard["events"]] == [entry["position"] for entry in history[1:]]
    since = ("--from", "1999-01-01T00:00:00+08:00", "--clock", "occurred")
    for subject in ((), (enterprise,)):
        found = json.loads(done(sampled("board", *subject, "--json")))["total"]["found"]
        diff = json.loads(done(sampled("diff", *subject, *since, "--json")))
        assert len(diff["hazards"]) == found
        assert {"field": "total.found", "before": 0, "after": found} in diff["changes"]
        assert "total.found" in done(sampled("diff", *subject, *since))
    assert "hazard.self_inspected.v1" in done(sampled("diff", id, "--from-version", 1))


@pytest.mark.parametrize(
    "points", [(), ("--to-version", 3), ("--from-version", 1, "--to", "2026-01-01T00:00:00+08:00")]
)
def test_given_points_that_are_no_pair_then_they_are_refused(
    hazardloop: Hazardloop, points: tuple[object, ...]
) -> None:
    ran = hazardloop("diff", *points)
    assert (ran.code, ran.out) == (2, "")
    assert "both by a time or both by a version" in ran.err


POLICY = Path(loader.__file__).parent / "packs" / "operator_policy.toml"


def test_given_another_rule_pack_when_duties_are_judged_by_it_then_what_would_have_been_missed_is_listed(
    sampled: Hazardloop, tmp_path: Path
) -> None:
    pack = tmp_path / "strict.toml"
    strict = POLICY.read_text(encoding="utf-8").replace("in_force_from = 2026-01-01", "in_force_from = 2020-01-01")
    pack.write_text(strict, encoding="utf-8")
    found = json.loads(done(sampled("duties", "--rules", pack, "--json")))
    otherwise = [one for one in found if one["verdict"] == "would_have_been_missed"]
    assert otherwise
    assert all(one["was"] is None and one["would_be"]["mark"] == "policy, not law" for one in otherwise)
    ran = sampled("duties", "--rules", pack)
    assert f"would_have_been_missed: {len(otherwise)}" in ran.err
    assert done(ran).count("would_have_been_missed") == len(otherwise)
    unchanged = json.loads(done(sampled("duties", "--rules", POLICY, "--json")))
    assert {one["verdict"] for one in unchanged} <= {"missed_either_way", "missed_neither_way"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("area = ", 'area = "61" # '), "does not reach 320583"),
        (("days = 3", "days = 0"), "rule self_inspection: due.days"),
    ],
)
def test_given_a_pack_that_can_not_judge_here_then_nothing_is_shown(
    sampled: Hazardloop, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    pack = tmp_path / "bad.toml"
    pack.write_text(POLICY.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    ran = sampled("duties", "--rules", pack)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert sampled("duties", "--rules", tmp_path / "none.toml").code == 2
    assert sampled("duties", "--rules", POLICY, "--open").code == 2


def test_given_an_event_when_its_causes_are_asked_for_then_both_ends_of_a_duty_name_each_other(
    sampled: Hazardloop,
) -> None:
    first = reported(sampled)
    history = json.loads(done(sampled("history", first["stream_id"], "--json")))
    why = json.loads(done(sampled("causes", history[-1]["position"], "--json")))
    for cause in why["causes"]:
        back = json.loads(done(sampled("causes", cause["position"], "--json")))
        assert history[-1]["position"] in [effect["position"] for effect in back["effects"]]
    imported = [line for line in done(sampled("events")).splitlines() if "importer" in line]
    assert len(why["causes"]) + len(why["effects"]) + len(why["together"]) + 1 >= len(imported)
    ran = sampled("causes", history[-1]["position"])
    assert "together" in done(ran)
    assert "more, which --json shows" in ran.err
    assert sampled("causes", 99999).code == 2
