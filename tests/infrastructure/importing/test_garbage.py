"""Files that were damaged on the way: refused as a whole, or row by row, and never anything worse."""

from __future__ import annotations

import contextlib
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.importing.faults import RowRefused
from application.importing.mapping import BadMapping
from application.importing.table import NotATable
from application.importing.telling import Telling
from infrastructure.importing.books import open_ledger
from infrastructure.importing.files import SAMPLES
from infrastructure.importing.mappings import SHIPPED, load_mapping
from tests.application.importing.given import NOW, RULES, RUN

SAMPLE = (SAMPLES / "yinhuan_taizhang.csv").read_bytes()
MAPPING = load_mapping("sample_zh")
HEADER = SAMPLE[: SAMPLE.index(b"\n") + 1]

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def damaged(draw: st.DrawFn, whole: bytes = SAMPLE) -> bytes:
    """Bytes cut, overwritten, put in, doubled or moved, in up to five places."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 5))):
        at, to = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        piece = draw(st.binary(max_size=8) | st.sampled_from([b"\x00", b'"', b",", b"\n", b"\r", "，".encode()]))
        match draw(st.sampled_from(["cut", "overwrite", "put in", "double", "move"])):
            case "cut":
                del content[at : at + draw(st.integers(1, 300))]
            case "overwrite":
                content[at : at + len(piece)] = piece
            case "put in":
                content[at:at] = piece
            case "double":
                content[at:at] = content[at : min(to, at + 500)]
            case "move":
                content[:] = content[to:] + content[at:to] + content[:at]
    return bytes(content)


def refusals(file: Path) -> list[str]:
    """Why the file, or which of its rows, can't go in. Whatever is raised but a refusal fails the test."""
    telling = Telling(MAPPING, RULES.area, RULES, RUN)
    sentences = []
    try:
        for row in open_ledger(file, MAPPING).rows():
            try:
                telling.tell(row, NOW)
            except RowRefused as refused:
                sentences += [fault.says for fault in refused.faults] or [""]
    except NotATable as refused:
        sentences.append(str(refused))
    return sentences


@few
@given(damaged())
def test_a_damaged_ledger_is_refused_or_read(tmp_path, content):
    file = tmp_path / "ledger.csv"
    file.write_bytes(content)

    assert all(refusals(file))


@few
@given(st.binary(max_size=400))
def test_a_header_followed_by_anything_is_refused_or_read(tmp_path, rest):
    file = tmp_path / "ledger.csv"
    file.write_bytes(HEADER + rest)

    assert all(refusals(file))


@few
@given(st.binary(min_size=1, max_size=400))
def test_bytes_that_are_no_ledger_are_refused(tmp_path, content):
    file = tmp_path / "ledger.csv"
    file.write_bytes(content)

    assert len(refusals(file)) == 1


@few
@given(damaged((SHIPPED / "sample_zh.toml").read_bytes()))
def test_a_damaged_mapping_is_refused_or_read(tmp_path, content):
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with contextlib.suppress(BadMapping):
        load_mapping(str(file))
