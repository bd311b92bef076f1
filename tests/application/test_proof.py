"""What is in the log is proved, and nothing else is; the form of an envelope never changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from application.proof import (
    EMPTY_ROOT,
    NotProven,
    envelope,
    leaf_hash,
    microseconds,
    root_of,
    root_of_subtrees,
    verify_consistency,
    verify_inclusion,
)
from tests.application import naive_tree

STREAM = b"01890a5d-ac96-774b-bcce-b302099a8057"

unhurried = settings(deadline=None)
leaves = st.integers(1, 70).map(lambda size: [b"leaf %d" % number for number in range(size)])


def hashed(these: list[bytes]) -> list[bytes]:
    return [leaf_hash(leaf) for leaf in these]


def test_an_envelope_is_these_bytes_for_ever() -> None:
    at = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
    sealed = envelope(7, microseconds(at), STREAM, 2, b"hazard.reported.v1", b'{"a":1}')
    assert sealed == (
        b'{"position":7,"recorded_us":1772352000123456,"stream_id":"01890a5d-ac96-774b-bcce-b302099a8057","version":2,'
        b'"name":"hazard.reported.v1","state":{"a":1}}\n'
    )


@unhurried
@given(at=st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_counted_to_the_microsecond(at: datetime) -> None:
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(at)) == at


@given(events=st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), min_size=2, max_size=2, unique=True))
@example(events=[(b'a","state":b', b"c"), (b"a", b'b","state":c')])
def test_two_events_never_share_an_envelope(events: list[tuple[bytes, bytes]]) -> None:
    one, other = (envelope(1, 0, STREAM, 1, name, state) for name, state in events)
    assert one != other


def test_an_empty_tree_has_the_root_the_standard_names() -> None:
    assert root_of([]) == root_of_subtrees([]) == EMPTY_ROOT == naive_tree.root([]) == sha256(b"").digest()


@unhurried
@given(leaves=leaves)
def test_a_root_is_that_of_the_standard(leaves: list[bytes]) -> None:
    assert root_of(hashed(leaves)) == naive_tree.root(leaves)


@unhurried
@given(leaves=leaves, data=st.data())
def test_every_leaf_is_proved(leaves: list[bytes], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(leaves) - 1))
    path = naive_tree.path(number, leaves)
    verify_inclusion(leaf_hash(leaves[number]), number, len(leaves), path, naive_tree.root(leaves))


@unhurried
@given(leaves=leaves, data=st.data())
def test_no_leaf_is_proved_at_another_place_or_in_another_tree(leaves: list[bytes], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(leaves) - 1))
    leaf, path, root = leaf_hash(leaves[number]), naive_tree.path(number, leaves), naive_tree.root(leaves)
    other = data.draw(st.integers(-1, len(leaves)).filter(lambda other: other != number))
    for wrong in (
        (leaf_hash(b"another"), number, len(leaves), path, root),
        (leaf, other, len(leaves), path, root),
        (leaf, number, len(leaves), path, leaf_hash(b"another")),
        (leaf, number, len(leaves), [*path, leaf], root),
        (leaf, number, len(leaves), path[:-1] if path else [leaf], root),
        (leaf, number, len(leaves), *spoilt(path, root, data)),
        (leaf[:-1], number, len(leaves), path, root),
    ):
        with pytest.raises(NotProven):
            verify_inclusion(*wrong)


@unhurried
@given(leaves=leaves, data=st.data())
def test_a_log_that_has_grown_is_proved_to_begin_as_it_was(leaves: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    path = naive_tree.proof(old, leaves)
    verify_consistency(old, naive_tree.root(leaves[:old]), len(leaves), naive_tree.root(leaves), path)


@unhurried
@given(leaves=leaves, data=st.data())
def test_a_log_rewritten_anywhere_is_not(leaves: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    before, size = naive_tree.root(leaves[:old]), len(leaves)
    at = data.draw(st.integers(0, old - 1))
    rewritten = [*leaves[:at], b"rewritten", *leaves[at + 1 :]]
    path, root = naive_tree.proof(old, leaves), naive_tree.root(leaves)
    for wrong in (
        (old, before, size, naive_tree.root(rewritten), naive_tree.proof(old, rewritten)),
        (old, before, size, naive_tree.root(rewritten), path),
        (old, leaf_hash(b"another"), size, root, path),
        (old, before, size, leaf_hash(b"another"), path),
        (old, before, size, root, [*path, before]),
        (old, before, size, root, path[:-1] if path else [before]),
        (old, before, size, *reversed(spoilt(path, root, data))),
        (0, EMPTY_ROOT, size, root, []),
        (size + 1, root, size, root, path),
    ):
        with pytest.raises(NotProven):
            verify_consistency(*wrong)


def spoilt(path: list[bytes], root: bytes, data: st.DataObject) -> tuple[list[bytes], bytes]:
    """A path with one bit the other way round, or, where there is none, the root."""
    which = data.draw(st.integers(0, len(path)))
    turned = [*path, root]
    turned[which] = bytes([turned[which][0] ^ 1]) + turned[which][1:]
    return turned[:-1], turned[-1]
