"""Given a bundle, when it is verified, then what holds is counted, and whatever was done to it is found and named."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from application.bundle.container import NoBundle, opened
from application.bundle.lines import (
    CHECKPOINT,
    EVENTS,
    EVIDENCE,
    HAZARD,
    KEYS,
    MANIFEST,
    PERIOD,
    PROOFS,
    TEXTS,
    TEXTS_ERASED,
    Row,
    event_line,
)
from application.bundle.piece import NO_PROOF, NO_ROW_PROVED, NO_ROW_SAID, NOT_SIGNED, TOO_NEW
from application.bundle.pieces import erasures_in
from application.bundle.rows import EARLIER, GONE, OTHER_TEXTS, OUTLIVED, Fault
from application.bundle.verifying import Verdict, sentences, verified
from application.proof import root_of
from domain.erasable import commitment
from domain.hazard.closing import TextsErased
from tests.application.bundle.made import KEY, NAME, Log, note

SIZE = 43
LOG = Log.of(SIZE)
ERASURE = SIZE - 1
SILENT = [position for position in range(1, ERASURE) if position not in LOG.private]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return LOG.bundle(tmp_path / "bundle")


def faults(bundle: Path, **given: str) -> list[Fault]:
    return sorted(verified(str(bundle), **given).shown.faults)


def lines(bundle: Path, file: str) -> list[bytes]:
    return (bundle / file).read_bytes().splitlines(keepends=True)


def put(bundle: Path, file: str, lines: list[bytes]) -> None:
    (bundle / file).write_bytes(b"".join(lines))


def said(verdict: Verdict) -> str:
    return "\n".join(sentences(verdict, 100))


def test_a_bundle_as_it_was_made_holds(bundle: Path) -> None:
    verdict = verified(str(bundle), str(KEY))

    assert said(verdict).splitlines() == [
        f"bundle of all, under the checkpoint of {NAME} at {SIZE}",
        f"{SIZE} events, of which {SIZE} are proved to be what was signed",
        f"{len(LOG.private)} texts are those committed to, {len(SILENT)} erased",
        f"position {ERASURE} erased {len(SILENT)} texts: 个人信息保护法 Art 47",
    ]
    assert verdict.faults == 0


@pytest.mark.parametrize("size", [2, 3, 15, 16, 17, 31, 32, 33, 48, 49, 64, 65, 255, 256, 257, 300])
def test_a_bundle_of_any_size_holds_and_so_does_each_part_of_it(tmp_path: Path, size: int) -> None:
    log = Log.of(size)
    assert verified(str(log.bundle(tmp_path / "all"))).shown.proven == size
    for saved in {1, size // 2, size - 1, size} - {0}:
        assert faults(tmp_path / "all", saved=log.note(saved)) == []
    some = [row.position for row in log.rows if row.stream == log.rows[-1].stream]
    shown = verified(str(log.bundle(tmp_path / "hazard", some, HAZARD))).shown
    assert (shown.proven, shown.faults) == (len(some), [])
    shown = verified(str(log.bundle(tmp_path / "period", range(2, size + 1), PERIOD))).shown
    assert (shown.proven, shown.faults) == (size - 1, [])


def test_a_packed_bundle_is_read_as_it_is(bundle: Path, tmp_path: Path) -> None:
    packed = tmp_path / "bundle.tar"
    with tarfile.open(packed, "w") as tar:
        for file in bundle.iterdir():
            tar.add(file, file.name)
    assert said(verified(str(packed))) == said(verified(str(bundle)))


def test_many_processes_find_what_one_finds(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.bundle.cutting.PIECE", 500)
    monkeypatch.setattr("application.bundle.pieces.ALONE", 0)
    changed = lines(bundle, EVENTS)
    changed[9] = changed[9].replace(b'"version":', b'"version":1')
    put(bundle, EVENTS, changed)
    many = verified(str(bundle))
    monkeypatch.undo()

    assert said(many) == said(verified(str(bundle)))
    assert Fault(10, NOT_SIGNED) in many.shown.faults


def test_faults_of_streams_that_go_on_in_another_piece_are_told_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.bundle.cutting.PIECE", 3000)
    log = Log.of(64, erases=False, plain=True)
    log.rows[32:] = [row._replace(version=row.version + 1) for row in log.rows[32:]]
    found = verified(str(log.bundle(tmp_path / "bundle"))).shown.faults

    assert [fault.position for fault in found] == [33, 34, 35, 36, 37]


@pytest.mark.parametrize("shares", [1, 2, 7, 1000])
def test_an_erasure_is_found_in_whichever_share_its_name_begins(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, shares: int
) -> None:
    monkeypatch.setattr("application.bundle.pieces.PROCESSORS", shares)
    row = LOG.rows[ERASURE - 1]

    assert erasures_in(opened(str(bundle)).parts[EVENTS], None) == {row.stream: row.erasure}


def test_a_line_in_which_an_erasure_is_named_many_times_is_read_once(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = b'"name":"%b"' % TEXTS_ERASED * 40_000 + b"\n"
    put(bundle, EVENTS, [many[-500_000:], many, *lines(bundle, EVENTS)])
    read: list[bytes] = []

    def noted(line: bytes) -> Row:
        read.append(line)
        return of(line)

    of = Row.of
    monkeypatch.setattr(Row, "of", noted)
    monkeypatch.setattr("application.bundle.pieces.PROCESSORS", 1)

    assert list(erasures_in(opened(str(bundle)).parts[EVENTS], None)) == [LOG.rows[ERASURE - 1].stream]
    assert len(read) == 3


def killed(pieces: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_verification_of_which_a_process_is_killed_is_none(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.bundle.pieces.ALONE", 0)
    monkeypatch.setattr("application.bundle.pieces._all_looked_at", killed)

    with pytest.raises(NoBundle, match="killed"):
        verified(str(bundle))


def test_a_row_that_is_there_many_times_is_proved_once(bundle: Path) -> None:
    put(bundle, EVENTS, [lines(bundle, EVENTS)[4]] * 300)

    assert verified(str(bundle)).shown.proven == 1


Tampering = Callable[[list[bytes]], object]


def edited(number: int, old: bytes, new: bytes) -> Tampering:
    def edit(lines: list[bytes]) -> None:
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)

    return edit


def swapped(lines: list[bytes]) -> None:
    lines[4], lines[5] = lines[5], lines[4]


def numbers_swapped(lines: list[bytes]) -> None:
    swapped(lines)
    for at, number in ((4, 5), (5, 6)):
        lines[at] = b'{"position":%d,' % number + lines[at].split(b",", 1)[1]


@pytest.mark.parametrize(
    ("file", "tampering", "found"),
    [
        (EVENTS, edited(5, b'"evidence":[]', b'"evidence":[ ]'), [Fault(5, NOT_SIGNED)]),
        (EVENTS, edited(5, b"hazard.reported.v1", b"hazard.reported.v2"), [Fault(5, NOT_SIGNED)]),
        (EVENTS, edited(5, b'_us":1000000000000005', b'_us":1000000000000004'), [Fault(5, NOT_SIGNED)]),
        (EVENTS, edited(SIZE, b'"evidence":[]', b'"evidence":[ ]'), [Fault(SIZE, NOT_SIGNED)]),
        (TEXTS, edited(1, "被堵".encode(), "畅通".encode()), [Fault(1, OTHER_TEXTS)]),
        (EVENTS, lambda lines: lines.pop(4), [Fault(0, "…43 events, and there are 42"), Fault(5, "it is missing")]),
        (EVENTS, lambda lines: lines.pop(), [Fault(0, "…there are 42"), Fault(43, "it is missing")]),
        (EVENTS, lambda lines: lines.insert(5, lines[4]), [Fault(5, "it lies behind position 5")]),
        (
            EVENTS,
            lambda lines: lines.append(lines[-1].replace(b'"position":43', b'"position":44')),
            [Fault(44, TOO_NEW)],
        ),
        (EVENTS, swapped, [Fault(5, "it is missing"), Fault(5, "it lies behind position 6"), Fault(5, EARLIER)]),
        (EVENTS, edited(5, b'{"position":5', b'{"position":6'), [Fault(5, "it is missing"), Fault(6, NOT_SIGNED)]),
        (EVENTS, numbers_swapped, [Fault(5, NOT_SIGNED), Fault(6, NOT_SIGNED)]),
        (EVENTS, edited(7, b'{"position"', b'{"Position"'), [Fault(0, "…is not in the form it has to have")]),
        (EVENTS, lambda lines: lines.append(lines.pop()[:-9]), [Fault(0, "…cut off"), Fault(43, "it is missing")]),
        (TEXTS, lambda lines: lines.append(lines.pop()[:-9]), [Fault(0, "…cut off"), Fault(43, GONE)]),
        (TEXTS, lambda lines: lines.pop(0), [Fault(1, GONE)]),
        (TEXTS, swapped, [Fault(6, NO_ROW_SAID), Fault(6, GONE)]),
        (
            TEXTS,
            lambda lines: lines.insert(1, b'{"position":2,"texts":{}}\n'),
            [Fault(2, OUTLIVED)],
        ),
        (PROOFS, lambda lines: lines.pop(1), [Fault(17, NO_PROOF), Fault(32, NO_PROOF)]),
        (PROOFS, lambda lines: lines.append(lines.pop()[:-9]), [Fault(0, "…cut off"), Fault(33, NO_PROOF)]),
        (PROOFS, edited(1, b'"above":["', b'"above":["A'), [Fault(1, NOT_SIGNED), Fault(16, NOT_SIGNED)]),
    ],
)  # fmt: skip
def test_whatever_was_done_to_a_file_is_found_and_named(
    bundle: Path, file: str, tampering: Tampering, found: list[Fault]
) -> None:
    changed = lines(bundle, file)
    tampering(changed)
    put(bundle, file, changed)

    there = faults(bundle)
    for fault in found:
        assert [one for one in there if one.position == fault.position and one.says.endswith(fault.says.strip("…"))], (
            there
        )
    touched = {fault.position for fault in found}
    assert {one.position for one in there} <= {0, *range(min(touched), 45)}


def test_a_text_whose_beginning_was_moved_into_its_salt_is_another(bundle: Path) -> None:
    """The bytes hashed are the same; whoever has nothing but the bundle could say that something is not blocked."""
    changed = lines(bundle, TEXTS)
    (seal, (salt, text)), *_ = json.loads(changed[0])["texts"].items()
    moved = {seal: [salt + text[:4].encode().hex(), text[4:]]}
    changed[0] = b'{"position":1,"texts":%b}\n' % json.dumps(moved).encode()
    put(bundle, TEXTS, changed)

    assert Fault(1, OTHER_TEXTS) in faults(bundle)


@pytest.mark.parametrize("file", [EVENTS, TEXTS, PROOFS])
def test_a_number_of_more_digits_than_are_read_is_none(bundle: Path, file: str) -> None:
    changed = lines(bundle, file)
    changed[1] = changed[1].replace(b":", b":" + 5000 * b"7", 1)
    put(bundle, file, changed)

    assert any(one.says.endswith("not in the form it has to have") for one in faults(bundle))


def test_a_row_and_its_proof_changed_together_are_found_and_nothing_else(bundle: Path) -> None:
    changed = lines(bundle, EVENTS)
    edited(5, b'"evidence":[]', b'"evidence":[ ]')(changed)
    put(bundle, EVENTS, changed)
    other = Log.of(SIZE)
    other.rows[4] = other.rows[4]._replace(state=other.rows[4].state.replace(b"[]", b"[ ]"))
    own = [json.loads(line) for line in lines(bundle, PROOFS)]
    own[0]["rows"]["5"] = json.loads(next(iter(other.proofs([5]))))["rows"]["5"]
    put(bundle, PROOFS, [json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in own])

    assert faults(bundle) == [Fault(5, NOT_SIGNED)]


def test_a_row_left_out_of_a_hazard_is_found_by_its_version_and_its_proof(tmp_path: Path) -> None:
    some = [row.position for row in LOG.rows if row.stream == LOG.rows[0].stream]
    bundle = LOG.bundle(tmp_path / "hazard", some, HAZARD)
    rest = lines(bundle, EVENTS)
    rest.pop(2)
    put(bundle, EVENTS, rest)

    assert Fault(some[2], NO_ROW_PROVED) in faults(bundle)
    version = "it is version 4 of its stream, and the one before it is 2"
    assert Fault(some[3], version) in faults(bundle)


def test_a_forged_signature_proves_nothing(bundle: Path) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([4]) * 32)
    (bundle / CHECKPOINT).write_text(note(SIZE, root_of(LOG.leaves), stranger))

    (fault,) = faults(bundle)
    assert fault.says == f"{CHECKPOINT}: it is not signed by {NAME} with the key known: nothing here can be proved"
    own = type(KEY)(NAME, KEY.kind, stranger.public_key().public_bytes_raw())
    (bundle / KEYS).write_text(f"{own}\n")
    assert "compare it with yours" in said(verified(str(bundle)))
    assert faults(bundle, key=str(KEY)) == [fault]


def test_a_checkpoint_of_another_size_is_no_proof_of_these_rows(bundle: Path) -> None:
    (bundle / CHECKPOINT).write_text(LOG.note(SIZE - 3))

    assert {fault.position for fault in faults(bundle)} == {*range(1, 33), 41, 42, 43}


def test_what_does_not_follow_on_the_checkpoint_saved_is_said(bundle: Path) -> None:
    assert faults(bundle, saved=note(20, bytes(32)))[0].says.startswith(
        "the checkpoint saved, at 20: the first 20 events"
    )
    assert "another root" in faults(bundle, saved=note(SIZE, bytes(32)))[0].says
    assert "newer" in faults(bundle, saved=note(SIZE + 1, bytes(32)))[0].says
    assert faults(bundle, saved="no note")[0].says.startswith("the checkpoint saved: a note is")
    put(bundle, "consistency.jsonl", [b'{"old_size":20,"path":["' + b"A" * 43 + b'="]}\n'])
    assert "the path is too short" in faults(bundle, saved=LOG.note(20))[0].says, "a stale proof"


def test_evidence_is_hashed_and_missed(tmp_path: Path) -> None:
    name = hashlib.sha256(b"a photo").hexdigest()
    bundle = Log.of(20, name).bundle(tmp_path / "bundle", files=True)
    (bundle / EVIDENCE / name).write_bytes(b"a photo")
    assert faults(bundle) == []
    (bundle / EVIDENCE / name).write_bytes(b"another")
    (bundle / EVIDENCE / ("0" * 64)).write_bytes(b"")
    changed, unnamed = sorted(faults(bundle), reverse=True)
    assert changed.says == f"evidence {name}: its bytes were changed"
    assert unnamed.says == f"evidence {'0' * 64}: no event here names it"
    (bundle / EVIDENCE / name).unlink()
    assert Fault(0, f"evidence {name}: it is missing") in faults(bundle)


def test_names_and_commitments_are_those_of_the_service() -> None:
    assert TextsErased.name.encode() == TEXTS_ERASED
    assert commitment(bytes(16), "x") == hashlib.sha256(bytes(16) + b"x").hexdigest()


@settings(max_examples=150, deadline=None)
@given(data=st.data(), number=st.integers(1, SIZE))
def test_any_byte_of_a_row_that_is_changed_is_found_and_no_row_that_was_not(
    data: st.DataObject, number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bundle = LOG.bundle(tmp_path_factory.mktemp("any") / "bundle")
    rows = lines(bundle, EVENTS)
    row = bytearray(rows[number - 1])
    at = data.draw(st.integers(0, len(row) - 2))
    row[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte not in (row[at], 10)))
    rows[number - 1] = bytes(row)
    put(bundle, EVENTS, rows)

    shown = verified(str(bundle)).shown
    assert shown.faulty > 0
    assert shown.proven == SIZE - 1, "every other row holds"


def test_given_a_row_that_calls_itself_as_the_next_one_then_that_one_is_proved_nevertheless(bundle: Path) -> None:
    changed = lines(bundle, EVENTS)
    edited(5, b'{"position":5', b'{"position":6')(changed)
    put(bundle, EVENTS, changed)

    assert verified(str(bundle)).shown.proven == SIZE - 1


def test_given_a_hash_that_is_not_compared_then_the_property_above_fails(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = {row.position: row.leaf for row in LOG.rows}
    monkeypatch.setattr("application.bundle.lines.Row.leaf", property(lambda row: leaves[row.position]))
    changed = lines(bundle, EVENTS)
    edited(5, b'"evidence":[]', b'"evidence":[ ]')(changed)
    put(bundle, EVENTS, changed)

    assert faults(bundle) == []


def test_a_state_that_is_no_json_goes_out_and_comes_back_byte_by_byte() -> None:
    for state in (b"\xff\n", b"{", b'{"a":1}\n', b""):
        row = LOG.rows[0]._replace(state=state)
        line = event_line(row)
        assert (line.count(b"\n"), type(row).of(line)) == (1, row)
        json.loads(line)


Garbage = Callable[[Path], object]


@pytest.mark.parametrize(
    "garbage",
    [
        lambda bundle: (bundle / MANIFEST).unlink(),
        lambda bundle: (bundle / MANIFEST).write_bytes(b"[" * 100_000),
        lambda bundle: (bundle / MANIFEST).write_bytes(b" " * (1 << 20)),
        lambda bundle: (bundle / MANIFEST).write_text('{"form": 1}'),
        lambda bundle: (bundle / KEYS).write_bytes(b"\xff"),
    ],
)
def test_what_is_no_bundle_is_refused_in_a_sentence(bundle: Path, garbage: Garbage) -> None:
    garbage(bundle)
    with pytest.raises(NoBundle):
        verified(str(bundle))


@pytest.mark.parametrize(
    ("garbage", "says"),
    [
        (lambda bundle: (bundle / "more").write_bytes(b""), "more does not belong to a bundle"),
        (lambda bundle: (bundle / TEXTS).rename(bundle / "x") and (bundle / TEXTS).symlink_to("x"), "no plain file"),
        (lambda bundle: (bundle / EVIDENCE).symlink_to("/etc"), "evidence does not belong to a bundle"),
        (lambda bundle: (bundle / EVENTS).unlink(), f"{EVENTS} is missing"),
        (lambda bundle: (bundle / EVENTS).write_bytes(b"x" * (3 << 20)), "longer than 1 MiB"),
        (lambda bundle: (bundle / EVENTS).write_bytes(b"\n" * 5000), "is not in the form"),
        (lambda bundle: (bundle / PROOFS).write_bytes(b'{"first":1,"above":[],"rows":{"1":7}}\n'), NOT_SIGNED),
        (lambda bundle: (bundle / CHECKPOINT).write_bytes(b"\xff"), "it is no text"),
        (lambda bundle: (bundle / CHECKPOINT).unlink(), "is missing: nothing here can be proved"),
    ],
)
def test_what_is_wrong_in_a_bundle_is_said_and_ends_nothing(bundle: Path, garbage: Garbage, says: str) -> None:
    garbage(bundle)
    assert any(says in fault.says for fault in faults(bundle)), faults(bundle)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_packed_garbage_ends_the_verification(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("packed")
    bundle, packed = LOG.bundle(folder / "bundle"), folder / "bundle.tar"
    with tarfile.open(packed, "w", format=data.draw(st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))) as tar:
        for file in sorted(bundle.iterdir()):
            tar.add(file, data.draw(st.sampled_from([file.name, "../" + file.name, "x" * 300])))
    whole = bytearray(packed.read_bytes())
    for _ in range(data.draw(st.integers(0, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    packed.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    with suppress(NoBundle):
        verified(str(packed))
    assert sorted(file.name for file in folder.iterdir()) == ["bundle", "bundle.tar"], "nothing is unpacked"
