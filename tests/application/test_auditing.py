"""The audit of a log: what holds together passes, and each thing that does not is named by its position."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from application.auditing import Audit, RawEvent
from application.bundle.lines import Erasure
from application.bundle.rows import EARLIER, GONE, OTHER_TEXTS, OUTLIVED, Fault
from application.log import Unreadable
from domain.actors import Role
from domain.catalogue import CATALOGUE
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard.closing import EraseTexts
from infrastructure.log.batch import Row
from infrastructure.log.codec import Codec
from infrastructure.time_and_chance import SystemChance
from tests.domain.given import ACTORS, NOW, Did, did, given
from tests.domain.hazard.roads import NOTIFIED, inspected, reported

CODEC = Codec(SystemChance(), CATALOGUE)
ERASED = did(ACTORS[Role.ADMINISTRATOR], EraseTexts(legal_basis="个人信息保护法 Art 47"))

Log = list[RawEvent]


def decode(raw: RawEvent) -> DomainEvent | Unreadable:
    return CODEC.decode(Row(raw.stream_id, raw.version, raw.name, raw.state, raw.private))


def log(*done: Did) -> Log:
    """As these commands leave it, nothing erased yet."""
    outcome = given(*done[:-1]).when(done[-1].command, by=done[-1].by)
    rows = [CODEC.encode(event) for event in (*outcome.past, *outcome.events)]
    return [
        RawEvent(at, NOW + timedelta(seconds=at), row.stream_id, row.version, row.name, row.state, row.private)
        for at, row in enumerate(rows, 1)
    ]


def erasures(events: Log) -> dict[bytes, Erasure]:
    return {raw.row.stream: erasure for raw in events if (erasure := raw.row.erasure) is not None}


def audited(events: Log, known: dict[bytes, Erasure] | None = None) -> tuple[Audit, Sequence[Fault]]:
    audit = Audit(decode, erasures(events) if known is None else known)
    for raw in events:
        audit.look_at(raw)
    return audit, audit.finish(erasures(events))


def without_texts(events: Log, *positions: int) -> Log:
    return [replace(raw, private=None) if raw.position in positions else raw for raw in events]


REPORTED_AND_INSPECTED = log(reported(place=Erasable("二车间")), inspected(), NOTIFIED)


def test_given_a_log_as_it_was_written_then_it_holds_together() -> None:
    audit, faults = audited(REPORTED_AND_INSPECTED)
    assert (audit.shown.rows, audit.shown.checked, audit.shown.erased.total(), faults) == (3, 3, 0, [])


def test_given_an_empty_log_then_it_holds_together() -> None:
    assert audited([])[1] == []


def test_given_texts_erased_by_a_logged_erasure_then_it_holds_together() -> None:
    audit, faults = audited(without_texts(log(reported(), inspected(), ERASED), 1, 2))
    assert (faults, audit.shown.checked, audit.shown.erased.total()) == ([], 0, 2)


def test_given_texts_said_after_an_erasure_then_they_are_checked() -> None:
    audit, faults = audited(without_texts(log(reported(), ERASED, inspected()), 1))
    assert (faults, audit.shown.checked, audit.shown.erased.total()) == ([], 1, 1)


Tampering = Callable[[Log], Log]


def at(position: int, change: Callable[[RawEvent], RawEvent]) -> Tampering:
    return lambda events: [change(raw) if raw.position == position else raw for raw in events]


def other_text(raw: RawEvent) -> RawEvent:
    texts = json.loads(raw.private or b"{}")
    return replace(raw, private=json.dumps({sealed: [salt, "变造"] for sealed, (salt, _) in texts.items()}).encode())


def one_text_less(raw: RawEvent) -> RawEvent:
    texts = json.loads(raw.private or b"{}")
    texts.popitem()
    return replace(raw, private=json.dumps(texts).encode())


@pytest.mark.parametrize(
    ("tampering", "faults"),
    [
        (
            lambda events: events[1:],
            [(1, "it is missing"), (2, "it is version 2 of its stream, and the one before it is 0")],
        ),
        (
            at(2, lambda raw: replace(raw, version=3)),
            [
                (2, "it is version 3 of its stream, and the one before it is 1"),
                (3, "it is version 3 of its stream, and the one before it is 3"),
            ],
        ),
        (
            at(2, lambda raw: replace(raw, stream_id=UUID(int=1))),
            [
                (2, "it is version 2 of its stream, and the one before it is 0"),
                (3, "it is version 3 of its stream, and the one before it is 1"),
            ],
        ),
        (
            at(2, lambda raw: replace(raw, recorded_at=NOW - timedelta(days=1))),
            [(2, EARLIER)],
        ),
        (
            at(2, lambda raw: replace(raw, name="hazard.inspected.v9")),
            [(2, "hazard.inspected.v9 can't be read: the name is not in the catalogue")],
        ),
        (
            at(1, other_text),
            [
                (1, "hazard.reported.v1 can't be read: description: commitment_broken; place: commitment_broken"),
                (1, OTHER_TEXTS),
            ],
        ),
        (
            at(1, one_text_less),
            [(1, "hazard.reported.v1 can't be read: place: commitment_broken"), (1, OTHER_TEXTS)],
        ),
        (
            at(3, lambda raw: replace(raw, private=REPORTED_AND_INSPECTED[0].private)),
            [(3, OTHER_TEXTS)],
        ),
        (lambda events: without_texts(events, 1), [(1, GONE)]),
    ],
)
def test_given_a_log_that_was_tampered_with_then_what_can_not_be_is_named(
    tampering: Tampering, faults: list[tuple[int, str]]
) -> None:
    _, found = audited(tampering(REPORTED_AND_INSPECTED))
    assert found == [Fault(position, says) for position, says in faults]
    assert not any("变造" in fault.says for fault in found)


@pytest.mark.parametrize(
    "private", [b"", b"[]", b'{"a": 1}', b"\xff", b'{"a": ["zz", "text"]}', b'{"a": ["00", "\\ud800"]}']
)
def test_given_a_private_part_that_is_none_then_it_is_a_fault_and_not_the_end(private: bytes) -> None:
    _, faults = audited(at(3, lambda raw: replace(raw, private=private))(REPORTED_AND_INSPECTED))
    assert {fault.position for fault in faults} == {3}


def test_given_texts_that_outlived_their_erasure_then_each_is_named() -> None:
    assert audited(log(reported(), inspected(), ERASED))[1] == [Fault(1, OUTLIVED), Fault(2, OUTLIVED)]


def test_given_texts_erased_while_the_log_was_read_then_a_second_look_finds_nothing_wrong() -> None:
    audit, faults = audited(without_texts(log(reported(), ERASED), 1), known={})
    assert (audit.shown.erased.total(), faults) == (1, [])
