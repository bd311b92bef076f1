"""What is seen at once is what is seen row by row, whatever was changed; and where all holds, it is seen at once."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.bundle.at_once import Piece, all_holds
from application.bundle.container import opened
from application.bundle.lines import EVENTS, PROOFS, TEXTS, texts_held
from application.bundle.piece import row_by_row
from application.bundle.rows import OTHER_TEXTS, Fault, Rules
from application.proof import leaf_hash, root_of
from tests.application.bundle.made import Log, compact, sealed

SIZE = 35


def with_none_one_or_two_texts() -> Log:
    """A log whose first row has no text, its second two, its third one, and so on."""
    log = Log.of(SIZE, "a" * 64, erases=False, plain=True)
    for at, row in enumerate(log.rows):
        if at % 3 == 0:
            log.rows[at] = row._replace(state=b"{}")
            del log.private[row.position]
        elif at % 3 == 1:
            seals = [sealed(10 * row.position + number, f"{number}") for number in (0, 1)]
            log.rows[at] = row._replace(state=compact([{"commitment": seal} for seal, _ in seals]))
            log.private[row.position] = compact({seal: [salt, f"{at}"] for at, (seal, salt) in enumerate(seals)})
    return log


LOG = with_none_one_or_two_texts()
TEXTS_OF_LOG = 35


def piece(folder: Path, log: Log = LOG) -> Piece:
    parts, size, root = opened(str(folder)).parts, len(log.rows), root_of(log.leaves)
    return Piece(parts[EVENTS], parts.get(TEXTS), parts[PROOFS], 0, Rules(last=size), size, root, 1, True)


@pytest.mark.parametrize("texts", [True, False])
def test_where_all_holds_it_is_seen_at_once_as_row_by_row(tmp_path: Path, texts: bool) -> None:
    folder = LOG.bundle(tmp_path / "bundle")
    if not texts:
        (folder / TEXTS).unlink()
    one = piece(folder)._replace(rules=Rules(last=SIZE, texts=texts))

    found = all_holds(one)
    assert found is not None
    assert found == row_by_row(one)
    assert (found.shown.proven, found.shown.faulty, found.shown.checked) == (SIZE, 0, TEXTS_OF_LOG if texts else 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"]}}\n', b'"]}\n\n'),
        (b'"]}}\n', b'"]x}\n'),
        (b'"]}}\n', b'"]}x\n'),
        (b'"texts":{', b'"texts":,'),
        (b'"texts":{', b'"texts"; '),
    ],
)
def test_what_stands_around_a_text_is_looked_at(tmp_path: Path, old: bytes, new: bytes) -> None:
    folder = LOG.bundle(tmp_path / "bundle")
    held = (folder / TEXTS).read_bytes()
    (folder / TEXTS).write_bytes(held.replace(old, new, 1))

    assert all_holds(piece(folder)) is None
    assert row_by_row(piece(folder)).shown.faulty > 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"],', b'"\n],'),
        (b'],"rows":{', b',"rows":{'),
        (b"}}\n", b"]}\n"),
        (b"}}\n", b"}}\n\n"),
        (b"}}\n", b"}}"),
        (b'],"rows":{', b"}}\n"),
    ],
)
@pytest.mark.parametrize("groups", [2, 4])
def test_what_stands_around_a_path_is_looked_at_though_nothing_is_proved_by_it(
    tmp_path: Path, old: bytes, new: bytes, groups: int
) -> None:
    """The second group is what the first one's path names."""
    log = Log.of(16 * groups, erases=False, plain=True)
    one = piece(log.bundle(tmp_path / "bundle"), log)
    assert all_holds(one) is not None
    file = tmp_path / "bundle" / PROOFS
    first, second, *others = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([first, second.replace(old, new, 1), *others]))

    assert all_holds(piece(tmp_path / "bundle", log)) is None


@pytest.mark.parametrize(("old", "new"), [(b'n":3,', b'n":03,'), (b'_us":1', b'_us":01'), (b'n":1,', b'n":01,')])
def test_a_number_is_written_in_one_way_whoever_signed_it(tmp_path: Path, old: bytes, new: bytes) -> None:
    log = Log.of(16, erases=False, plain=True)
    folder = log.bundle(tmp_path / "bundle")
    lines = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(old, new, 1)
    (folder / EVENTS).write_bytes(b"".join(lines))
    one = piece(folder, log)._replace(root=root_of([*map(leaf_hash, lines)]))

    assert all_holds(one) is None
    assert row_by_row(one).shown.faulty > 0


def test_what_only_begins_as_a_commitment_is_no_text_that_is_absent(tmp_path: Path) -> None:
    log = Log([row._replace(state=b'{"commitment":"a"}') if row.position == 2 else row for row in LOG.rows])
    folder = log.bundle(tmp_path / "bundle")
    (folder / TEXTS).unlink()
    one = piece(folder, log)._replace(rules=Rules(last=SIZE, texts=False))

    assert all_holds(one) is None
    assert row_by_row(one).shown.absent == TEXTS_OF_LOG - 2


def with_text(state: bytes, sealed: bytes, salt: bytes, text: bytes) -> Log:
    """The same log, but its second row commits to this text in this way."""
    rows = [row._replace(state=state) if row.position == 2 else row for row in LOG.rows]
    return Log(rows, {**LOG.private, 2: b'{"%b":["%b","%b"]}' % (sealed, salt.hex().encode(), text)})


@pytest.mark.parametrize("raw", [b"\t", b"\r", b"\x00", b"\xff", b"\xed\xa0\x80"])
def test_a_character_no_json_text_holds_is_no_text(tmp_path: Path, raw: bytes) -> None:
    """Although it is what was committed to."""
    salt = bytes(16)
    seal = sha256(salt + raw).hexdigest().encode()
    log = with_text(b'{"commitment":"%b"}' % seal, seal, salt, raw)
    folder = log.bundle(tmp_path / "bundle")
    _, *others = (folder / TEXTS).read_bytes().splitlines(keepends=True)
    (folder / TEXTS).write_bytes(b'{"position":2,"texts":%b}\n' % log.private[2] + b"".join(others))
    one = piece(folder)._replace(root=root_of(log.leaves))

    assert all_holds(one) is None
    assert Fault(2, OTHER_TEXTS) in row_by_row(one).shown.faults


@pytest.mark.parametrize(
    ("behind", "as_named", "holds"),
    [(b'"}', bytes.lower, True), (b'","x":1}', bytes.lower, False), (b'"}', bytes.upper, False)],
)
def test_a_commitment_is_the_same_at_once_and_row_by_row(
    tmp_path: Path, behind: bytes, as_named: Callable[[bytes], bytes], holds: bool
) -> None:
    salt = bytes(16)
    seal = as_named(sha256(salt + b"x").hexdigest().encode())
    log = with_text(b'{"commitment":"%b' % seal + behind, seal, salt, b"x")
    one = piece(log.bundle(tmp_path / "bundle"))._replace(root=root_of(log.leaves))

    assert (all_holds(one) is not None, row_by_row(one).shown.faulty == 0) == (holds, holds)


@pytest.mark.parametrize("file", [EVENTS, PROOFS])
def test_no_line_is_longer_than_1_mib(tmp_path: Path, file: str) -> None:
    folder = LOG.bundle(tmp_path / "bundle")
    lines = (folder / file).read_bytes()
    (folder / file).write_bytes(lines.replace(b"}\n", b" " * (1 << 20) + b"}\n", 1))

    assert all_holds(piece(folder)) is None
    assert row_by_row(piece(folder)).shown.faulty > 0


def test_texts_of_one_event_are_parted_by_commas() -> None:
    seals = [sealed(at, "x") for at in (1, 2)]
    one, two = (f'"{seal}":["{salt}","x"]'.encode() for seal, salt in seals)
    assert texts_held(b"{" + one + b"," + two + b"}") == [seal.encode() for seal, _ in seals]
    for wrong in (b"{" + one + b"{" + two + b"}", b"," + one + b"," + two + b"}", b"{" + one + b"," + two + b"]"):
        assert texts_held(wrong) is None


@settings(max_examples=400, deadline=None)
@given(data=st.data(), file=st.sampled_from([EVENTS, TEXTS, PROOFS]))
def test_whatever_is_seen_at_once_is_seen_row_by_row_as_well(
    data: st.DataObject, file: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = LOG.bundle(tmp_path_factory.mktemp("any") / "bundle")
    changed = bytearray((folder / file).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at, behind = (data.draw(st.integers(0, len(changed) - 1)) for _ in range(2))
        new = data.draw(st.sampled_from([b"", b"\n", b'"', b",", b" ", b"0", b"\xff", bytes(changed[at : at + 1])]))
        changed[behind : behind + data.draw(st.integers(0, 2))] = new
    (folder / file).write_bytes(changed)

    found = all_holds(piece(folder))

    assert found is None or found == row_by_row(piece(folder))
