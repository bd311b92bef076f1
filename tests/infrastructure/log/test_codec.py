"""Events as bytes, and bytes that are no events."""

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.log import Unreadable
from domain.catalogue import Catalogue, UnknownName
from domain.erasable import Erasable
from domain.event import PLACE
from infrastructure.log.batch import Row
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import Pool
from infrastructure.log.wakeups import Wakeups
from infrastructure.time_and_chance import SystemChance
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import NOTES, SCHEMA, Noted, noted

STREAM = UUID(int=7)
CODEC = Codec(SystemChance(), NOTES)


def test_an_event_comes_back_as_it_was() -> None:
    event = noted(STREAM, 3, "气瓶: 'quoted', \"double\", \\ and \U0001f525", "a line")

    row = CODEC.encode(event)

    assert (row.stream_id, row.version, row.name) == (STREAM, 3, "note.noted.v2")
    assert CODEC.decode(row) == event


def test_the_public_state_holds_commitments_and_neither_texts_nor_the_place_in_the_log() -> None:
    row = CODEC.encode(noted(STREAM, 1, "a text", "a line"))

    state = json.loads(row.state)
    assert state.keys() == {"by", "occurred_at", "correlation_id", "causation_id", "text", "line"}
    assert state["text"].keys() == {"commitment"}
    assert row.private is not None
    assert list(json.loads(row.private)) == [state["text"]["commitment"]]
    assert b" " not in row.private.replace(b"a text", b"")


def test_an_event_without_texts_has_no_private_part() -> None:
    assert CODEC.encode(noted(STREAM)).private is None


def test_the_same_text_is_committed_to_with_another_salt_each_time() -> None:
    rows = [CODEC.encode(noted(STREAM, 1, "a text")) for _ in range(2)]

    assert rows[0].state != rows[1].state
    salts = {json.dumps(salt) for row in rows for salt, _ in json.loads(row.private or b"").values()}
    assert len(salts) == 2
    assert all(len(salt) == 2 + 2 * 16 for salt in salts)


def test_erased_texts_come_back_as_erased() -> None:
    row = CODEC.encode(noted(STREAM, 1, "a text", "a line"))

    event = CODEC.decode(row._replace(private=None))

    assert isinstance(event, Noted)
    assert (event.text, event.line) == (Erasable(None), "a line")


def test_an_erased_text_is_not_stored_again() -> None:
    erased = noted(STREAM).model_copy(update={"text": Erasable(None)})

    with pytest.raises(ValueError, match="erased"):
        CODEC.encode(erased)


def test_an_event_in_no_stream_is_not_stored() -> None:
    nowhere = {name: value for name, value in noted(STREAM) if name not in PLACE}

    with pytest.raises(ValueError, match="no stream"):
        CODEC.encode(Noted(**nowhere))


def test_an_event_outside_the_catalogue_is_not_stored() -> None:
    class Unlisted(Noted):
        """Has the name of another class."""

    with pytest.raises(UnknownName):
        CODEC.encode(Unlisted(**dict(noted(STREAM))))


def _tampered(private: bytes, how: str) -> bytes:
    ((sealed, (salt, text)),) = json.loads(private).items()
    forms: dict[str, Any] = {
        "another text": {sealed: [salt, text + "!"]},
        "another salt": {sealed: ["00" * 16, text]},
        "no salt": {sealed: ["", text]},
        "no hex": {sealed: ["salt", text]},
        "a number": {sealed: [salt, 5]},
        "half a character": {sealed: [salt, "\ud800"]},
        "no pair": {sealed: text},
        "another commitment": {"0" * 64: [salt, text]},
        "nothing": {},
        "a list": [sealed, salt, text],
    }
    return json.dumps(forms[how]).encode()


@pytest.mark.parametrize(
    "how",
    [
        "another text",
        "another salt",
        "no salt",
        "no hex",
        "a number",
        "half a character",
        "no pair",
        "another commitment",
        "nothing",
        "a list",
    ],
)
def test_a_private_part_that_was_tampered_with_is_unreadable(how: str) -> None:
    row = CODEC.encode(noted(STREAM, 1, "a text nobody else should see"))
    assert row.private is not None

    event = CODEC.decode(row._replace(private=_tampered(row.private, how)))

    assert isinstance(event, Unreadable)
    assert "nobody" not in event.reason


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"null",
        b"[]",
        b'"note"',
        b"{}",
        b"\xff\xfe",
        b"\x00",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"line": NaN}',
        b'{"line": "secret',
        b'{"line": "\\ud800"}',
        b'{"secret name": 1}',
        b'{"originator_id": "00000000-0000-0000-0000-000000000007"}',
        b'{"text": {"commitment": ["secret"]}}',
        b'{"text": {"secret": 1}}',
        b'{"text": 5, "by": "secret"}',
        b"9" * 5000,
    ],
)
@pytest.mark.parametrize("private", [None, b"{}", b"\xff", b"[]"])
def test_bytes_that_are_no_event_are_unreadable_and_never_repeated(state: bytes, private: bytes | None) -> None:
    event = CODEC.decode(Row(STREAM, 1, "note.noted.v2", state, private))

    assert isinstance(event, Unreadable)
    assert "secret" not in event.reason
    assert event.reason


def test_the_reason_names_field_and_fault() -> None:
    row = CODEC.encode(noted(STREAM, 1, None, "a line"))
    state = json.loads(row.state) | {"occurred_at": "someday", "sung": True}
    del state["by"]

    event = CODEC.decode(row._replace(state=json.dumps(state).encode()))

    assert event == Unreadable("by: missing; occurred_at: datetime_from_date_parsing; unknown field")


def test_a_state_has_to_be_an_object() -> None:
    assert CODEC.decode(Row(STREAM, 1, "note.noted.v2", b"[]")) == Unreadable("state: model_type")


def test_nan_is_no_json() -> None:
    row = CODEC.encode(noted(STREAM, 1, None, "a line"))

    event = CODEC.decode(row._replace(state=row.state.replace(b'"a line"', b"NaN")))

    assert event == Unreadable("line: string_type")


def test_a_place_of_its_own_in_the_state_is_not_believed() -> None:
    row = CODEC.encode(noted(STREAM))

    event = CODEC.decode(row._replace(state=row.state[:-1] + b',"originator_version":9}'))

    assert event == Unreadable("the state can't be decoded (ValueError)")


@given(st.binary(), st.none() | st.binary(), st.text())
def test_whatever_lies_there_decoding_never_raises(state: bytes, private: bytes | None, name: str) -> None:
    CODEC.decode(Row(STREAM, 1, name, state, private))
    CODEC.decode(Row(STREAM, 1, "note.noted.v2", state, private))


async def test_stored_bytes_of_an_older_event_are_read_as_the_newer(
    log: PostgresEventLog, service: psycopg.Connection, pool: Pool
) -> None:
    """Given a note as it was stored when its line was two fields and its place was still in it."""
    state = (
        b'{"by":{"actor_id":"00000000-0000-0000-0000-000000000001","role":"worker"},'
        b'"occurred_at":"2026-03-02T08:00:00Z","correlation_id":"00000000-0000-0000-0000-000000000002",'
        b'"causation_id":null,"remark":{"commitment":'
        b'"28e70b50efc5ed37c53a5e5f5e3e5c6f4a7b4c3f2e7f0a3c7a1c5f5d3b2a1908"},"first":"hot","second":"work"}'
    )
    service.execute(
        f"INSERT INTO {SCHEMA}.events (originator_id, originator_version, notification_id, recorded_at, topic, state)"
        " VALUES (%s, 1, 1, clock_timestamp(), 'note.taken.v1', %s)",
        (STREAM, state),
    )

    def renamed(old: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "note.noted.v1", old

    def one_line(old: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        kept = {field: old[field] for field in ("by", "occurred_at", "correlation_id", "causation_id")}
        return "note.noted.v2", kept | {"text": old["remark"], "line": f"{old['first']} {old['second']}"}

    upcasting = Codec(SystemChance(), Catalogue([Noted], {"note.taken.v1": renamed, "note.noted.v1": one_line}))
    newer = PostgresEventLog(pool, JURISDICTION, upcasting, Wakeups(""))

    (recorded,) = await newer.read(STREAM)

    assert recorded.event == noted(STREAM, 1, None, "hot work").model_copy(update={"text": Erasable(None)})
    assert (recorded.name, recorded.state) == ("note.taken.v1", state)
    (unknown,) = await log.read(STREAM)
    assert unknown.event == Unreadable("the name is not in the catalogue")
