"""Given what nobody should send, when it arrives, then a problem names field and rule, and nothing was written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.bodies import MOST_BYTES
from domain.actors import Role
from tests.api.people import NOW, OURS, People, refused

REPORT = {"description": "安全出口被堵塞", "channel": "snap"}

BROKEN = {
    "an unknown field": (b'{"channel":"snap","description":"x","severity":9}', "severity", "extra_forbidden"),
    "a wrong type": (b'{"channel":7,"description":"x"}', "channel", "enum"),
    "NaN": (b'{"channel":"snap","location":{"latitude":NaN,"longitude":1}}', "location.latitude", "json.finite"),
    "a lone surrogate": (b'{"channel":"snap","description":"\\ud800"}', "description", "json.surrogate"),
    "NUL": (b'{"channel":"snap","description":"a\\u0000"}', "description", "json.nul"),
    "a duplicate key": (b'{"channel":"snap","channel":"meeting","description":"x"}', "channel", "json.duplicate"),
    "UTF-16": ('{"channel":"snap","description":"x"}'.encode("utf-16"), "body", "json.utf8"),
    "no JSON": (b"channel=snap", "body", "json.syntax"),
    "a list": (b"[]", "body", "json.object"),
    "an invalid USCC": (
        b'{"channel":"snap","description":"x","enterprise_uscc":"91320583MA1WXYRC00"}',
        "enterprise_uscc",
        "uscc_check_digit",
    ),
}

OTHER_CONTENT: tuple[dict[str, str], ...] = (
    {},
    {"Content_Type": "text/plain"},
    {"Content_Type": "application/x-www-form-urlencoded"},
    {"Content_Type": "multipart/form-data; boundary=x"},
    {"Content_Type": "application/json; charset=gbk"},
    {"Content_Type": "application/json", "Content_Encoding": "gzip"},
)


async def test_a_body_that_can_not_be_understood(people: People, subtests: pytest.Subtests) -> None:
    worker = await people.one(Role.WORKER)

    for given, (body, field, rule) in BROKEN.items():
        with subtests.test(given):
            answer = await worker.post_bytes("hazards", body, Content_Type="application/json")

            refused(answer, 422, "invalid-input", field=field, rule=rule)
            assert await people.head() == 0


async def test_an_oversize_body(people: People) -> None:
    worker = await people.one(Role.WORKER)

    answer = await worker.post("hazards", REPORT | {"description": "x" * MOST_BYTES})

    refused(answer, 413, "too-large", field="body", rule="body.too_large")
    assert await people.head() == 0


async def test_an_oversize_body_that_does_not_say_so(people: People) -> None:
    worker = await people.one(Role.WORKER)

    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"description":"'
        for _ in range(MOST_BYTES // 65_536 + 1):
            yield b"x" * 65_536

    answer = await worker.post_bytes("hazards", chunks(), Content_Type="application/json")

    refused(answer, 413, "too-large", field="body", rule="body.too_large")
    assert await people.head() == 0


async def test_a_body_of_another_content_type(people: People, subtests: pytest.Subtests) -> None:
    worker = await people.one(Role.WORKER)

    for headers in OTHER_CONTENT:
        with subtests.test(**headers):
            answer = await worker.post_bytes("hazards", b"{}", **headers)

            refused(answer, 415, "unsupported-media-type", rule="body.content_type")


async def test_a_deadline_in_the_past(people: People) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)
    await officer.do(f"{hazard}/self-inspection", {"grade": "general", "cause": "x"}, 1)
    head, yesterday = await people.head(), (NOW - timedelta(days=1)).date().isoformat()

    answer = await officer.post(f"{hazard}/rectification-plan", {"deadline": yesterday}, 2)

    refused(answer, 422, "rule-broken", field="deadline", rule="deadline.past")
    assert await people.head() == head


async def test_a_move_from_the_wrong_stage(people: People) -> None:
    hazard = await people.reported()
    officer, head = await people.one(Role.ENTERPRISE_OFFICER), await people.head()

    answer = await officer.post(f"{hazard}/rectification", {"on_the_spot": True}, 1)

    refused(answer, 409, "wrong-stage", rule="stage")
    assert await people.head() == head


async def test_a_time_that_lies_ahead(people: People) -> None:
    worker, ahead = await people.one(Role.WORKER), (NOW + timedelta(minutes=6)).isoformat()

    answer = await worker.post("hazards", REPORT | {"occurred_at": ahead})

    refused(answer, 422, "rule-broken", field="occurred_at", rule="occurred_at.ahead")


async def test_an_enterprise_that_is_not_registered(people: People) -> None:
    worker = await people.one(Role.WORKER)

    answer = await worker.post("hazards", REPORT | {"enterprise_uscc": OURS})

    refused(answer, 422, "rule-broken", field="enterprise_uscc", rule="enterprise.unknown")


async def test_evidence_that_is_not_stored(people: People) -> None:
    worker = await people.one(Role.WORKER)

    answer = await worker.post("hazards", REPORT | {"evidence": ["0" * 64]})

    refused(answer, 422, "rule-broken", field="evidence", rule="evidence.unknown")


async def test_an_enterprise_registered_twice(people: People) -> None:
    await people.registered()
    regulator = await people.one(Role.REGULATOR)

    answer = await regulator.post("enterprises", {"uscc": OURS, "enterprise_name": "另一家"})

    refused(answer, 409, "conflict", rule="enterprise.registered")


QUERIES = {
    "no such parameter": ("hazards", {"grad": "major"}, "grad", "extra_forbidden"),
    "no such stage": ("hazards", {"stage": "done"}, "stage", "enum"),
    "a limit of nothing": ("hazards", {"limit": 0}, "limit", "greater_than_equal"),
    "a limit too large": ("hazards", {"limit": 201}, "limit", "less_than_equal"),
    "a limit of the log too large": ("events", {"limit": 1001}, "limit", "less_than_equal"),
    "NUL": ("hazards", {"q": "a\x00b"}, "q", "string_pattern_mismatch"),
    "a time without an offset": ("board", {"at": "2026-01-01T00:00:00"}, "at", "time_format"),
    "a time whose + became a space": ("board", {"at": "2026-01-01T00:00:00 08:00"}, "at", "time_format"),
    "seconds for a time": ("board", {"at": "1700000000"}, "at", "time_format"),
    "a clock of neither kind": ("board", {"clock": "wall"}, "clock", "enum"),
    "a position no log can have": ("board", {"min_position": 2**63}, "min_position", "less_than_equal"),
    "a position below none": ("events", {"after": -1}, "after", "greater_than_equal"),
    "an invalid USCC": ("hazards", {"enterprise": "1"}, "enterprise", "uscc_length"),
    "days for a day": ("rules", {"on": "0"}, "on", "day_format"),
    "a cursor of our making by nobody": ("hazards", {"cursor": "a b"}, "cursor", "string_pattern_mismatch"),
}


async def test_a_query_that_can_not_be_understood(people: People, subtests: pytest.Subtests) -> None:
    auditor = await people.one(Role.AUDITOR)

    for given, (path, query, field, rule) in QUERIES.items():
        with subtests.test(given):
            refused(await auditor.get(path, **query), 422, "invalid-input", field=field, rule=rule)


async def test_a_parameter_given_twice(people: People, subtests: pytest.Subtests) -> None:
    auditor = await people.one(Role.AUDITOR)

    for path, field, both in (("hazards", "limit", [5, 6]), ("board", "clock", ["occurred", "occurred"])):
        with subtests.test(path):
            answer = await auditor.get(path, **{field: both})

            refused(answer, 422, "invalid-input", field=field, rule="query.duplicate")


async def test_a_cursor_that_is_none_of_ours(people: People, subtests: pytest.Subtests) -> None:
    auditor = await people.one(Role.AUDITOR)

    for path in ("hazards", "enterprises", "duties"):
        with subtests.test(path):
            answer = await auditor.get(path, cursor="bm9uZQ")

            refused(answer, 422, "rule-broken", field="cursor", rule="cursor.other_filters")


async def test_a_path_that_names_nothing(people: People, subtests: pytest.Subtests) -> None:
    auditor = await people.one(Role.AUDITOR)

    for path, field in (
        ("hazards/1", "id"),
        ("hazards/1/events", "id"),
        ("enterprises/1", "e"),
        ("enterprises/%00/board", "e"),
        ("evidence/1", "sha256"),
    ):
        with subtests.test(path):
            refused(await auditor.get(path), 422, "invalid-input", field=field)


async def test_a_recipient_who_is_none(people: People) -> None:
    hazard = await people.reported()
    regulator = await people.one(Role.REGULATOR)

    answer = await regulator.post(f"{hazard}/dual-reports/mayor/acknowledgement", {"stage": "final"})

    refused(answer, 422, "invalid-input", field="recipient", rule="enum")


async def test_a_past_named_twice(people: People) -> None:
    hazard = await people.reported()
    auditor = await people.one(Role.AUDITOR)

    answer = await auditor.get(hazard, version=1, at="2026-01-01T00:00:00Z")

    refused(answer, 422, "invalid-input", field="version", rule="version.or_at")
