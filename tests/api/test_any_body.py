"""Given any body or query at all, when it is sent to any route, then the answer is never a fault of the service."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.examples import FILE, OTHER_USCC, USCC, examples
from api.openapi import BODIES
from domain.actors import OF_AN_ENTERPRISE, Role
from tests.api.people import NOW, People, refused
from tests.conftest import JURISDICTION

EXAMPLES = examples(NOW.date())
PLAYERS = sorted(set(Role) - {Role.SERVICE, Role.IMPORTER})
STATUSES = {403, 404, 409, 412, 413, 415, 422, 428}

ODD = st.sampled_from(
    [
        *(None, True, 0, -1, 2**63, 2**64, 1e308, -0.0, float("nan"), float("-inf"), [], {}, [[]], [None]),
        *("", " ", "\x01", "\x00", "\ud800", "𠀀", "ﷺ" * 500, "x" * 4001, "general", "major", "final", "regulator"),
        *(
            "0" * 64,
            USCC,
            USCC.lower(),
            "P-0123456789ABCDEF",
            "NaN",
            "1e5",
            "１２",
            "019a0000-0000-7000-8000-000000000000",
        ),
        *("2999-12-31", "1900-01-01", "2999-12-31T23:59:59-14:00", "1900-01-01T00:00:00+23:59"),
        *("2026-03-02T01:05:00Z", "2026-03-02T01:00:00.123456789Z", "2016-12-31T23:59:60Z"),
    ]
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = ODD | TEXTS | st.integers() | st.floats() | st.lists(ODD | TEXTS, max_size=3)
ANYTHING = st.recursive(VALUES, lambda inner: st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5)

QUERIES = {
    "hazards": ("enterprise", "stage", "grade", "overdue", "q", "at", "clock", "limit", "cursor", "min_position"),
    "hazards/{id}": ("version", "at", "clock", "min_position"),
    "hazards/{id}/events": ("min_position",),
    "enterprises": ("union_organisation", "closed", "q", "limit", "cursor"),
    f"enterprises/{USCC}/board": ("at", "clock", "min_position"),
    "board": ("at", "clock"),
    "duties": ("enterprise", "hazard_id", "open", "overdue", "at", "clock", "limit", "cursor"),
    "rules": ("on",),
    "events": ("after", "limit"),
}
ANSWERS = (
    st.sampled_from(["true", "5", "1", "occurred", "2026-03-02T09:00:00Z", "1900-01-01T00:00:00+23:59", "2026-03-02"])
    | st.sampled_from(["2999-12-31T23:59:59-14:00", "2999-12-31", "气瓶", "%_\\", "reported", "general", USCC, "{}"])
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.integers().map(str)
)

MANY = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


class Sent(NamedTuple):
    """What somebody sends, and where."""

    template: str
    recipient: str
    role: Role
    body: bytes


@st.composite
def commands(draw: st.DrawFn) -> Sent:
    """Something like what a route takes: an example, with fields left out, added, or put to something else."""
    template = draw(st.sampled_from(sorted(BODIES)))
    command = BODIES[template]
    body: dict[str, Any] = dict(draw(st.sampled_from(list(EXAMPLES[command.__name__].values()))))
    for name in draw(st.lists(st.sampled_from([*command.model_fields, "other"]), max_size=2, unique=True)):
        body[name] = draw(ANYTHING)
    for name in draw(st.lists(st.sampled_from([*body, "other"]), max_size=1)):
        body.pop(name, None)
    recipient = draw(st.sampled_from(["regulator", "workers_congress"]))
    return Sent(template, recipient, draw(st.sampled_from(PLAYERS)), json.dumps(body).encode())


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A path and a query of parameters it takes."""
    template = draw(st.sampled_from(sorted(QUERIES)))
    names = draw(st.lists(st.sampled_from(QUERIES[template]), max_size=3, unique=True))
    return template, {name: draw(ANSWERS) for name in names}


@pytest.fixture
async def hazard(people: People) -> str:
    """A hazard of the examples' enterprise, with what they refer to."""
    await people.registered(OTHER_USCC)
    await people.file(FILE.encode())
    hazard = await people.reported(USCC)
    await (await people.one(Role.AUDITOR)).see("board", min_position=await people.head())
    return hazard


@MANY
@given(sent=commands())
async def test_no_body_brings_the_service_down_or_leaves_a_change_half_done(
    people: People, hazard: str, sent: Sent
) -> None:
    path = sent.template.format(j=JURISDICTION, id=hazard.rpartition("/")[2], e=USCC, recipient=sent.recipient)
    person = await people.one(sent.role, USCC if sent.role in OF_AN_ENTERPRISE else None)
    auditor, head = await people.one(Role.AUDITOR), await people.head()
    headers = {"Content_Type": "application/json"}
    if "{id}" in path:
        headers["If_Match"] = f'"{(await auditor.see(hazard))["version"]}"'

    answer = await person.post_bytes(path, sent.body, **headers)

    if answer.status_code != 201:
        assert answer.status_code in STATUSES, answer.text
        refused(answer, answer.status_code, answer.json()["type"].rpartition(":")[2])
        assert await people.head() == head
        return
    assert await people.head() == answer.json()["position"] == head + 1
    for shown in (hazard, f"{hazard}/events", "events"):
        await auditor.see(shown)
    for shown in ("hazards", "board", "duties", "enterprises"):
        await auditor.see(shown, min_position=await people.head())


@MANY
@given(body=st.binary(max_size=200))
async def test_no_bytes_bring_the_service_down(people: People, body: bytes) -> None:
    worker = await people.one(Role.WORKER)

    answer = await worker.post_bytes("hazards", body, Content_Type="application/json")

    refused(answer, 422, "invalid-input")


@MANY
@given(question=questions())
async def test_no_query_brings_the_service_down(
    people: People, hazard: str, question: tuple[str, dict[str, str]]
) -> None:
    template, query = question
    if "min_position" in query:
        query = query | {"min_position": str(await people.head())}
    auditor = await people.one(Role.AUDITOR)

    answer = await auditor.get(template.format(id=hazard.rpartition("/")[2]), **query)

    assert answer.status_code in {200, 404, 422}, answer.text
