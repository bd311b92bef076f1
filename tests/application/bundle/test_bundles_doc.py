"""docs/bundles.md: its example is a bundle that holds, and every number of it is what comes out."""

from __future__ import annotations

import re
from pathlib import Path

from application.bundle.lines import CHECKPOINT, EVENTS, KEYS, MANIFEST, PROOFS, TEXTS, Row
from application.bundle.verifying import sentences, verified
from application.proof import root_of

PAGE = (Path(__file__).parents[3] / "docs" / "bundles.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n##")[0]
    return re.findall(r"^ *```\w*\n(.*?)^ *```", section, re.DOTALL | re.MULTILINE)


EXAMPLE = {
    EVENTS: blocks("events.jsonl")[0],
    PROOFS: blocks("proofs.jsonl")[0],
    CHECKPOINT: blocks("checkpoint and keys")[0],
    KEYS: blocks("checkpoint and keys")[1],
    TEXTS: blocks("texts.jsonl")[0],
    MANIFEST: blocks("bundle.json")[0],
    "catalogue.json": "{}",
}


def test_the_example_is_a_bundle_that_holds(tmp_path: Path) -> None:
    for name, content in EXAMPLE.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    verdict = verified(str(tmp_path), EXAMPLE[KEYS])

    assert sentences(verdict, 10) == [
        "bundle of all, under the checkpoint of log.example/320583 at 2",
        "2 events, of which 2 are proved to be what was signed",
        "1 texts are those committed to, 0 erased",
    ]


def test_the_numbers_are_what_comes_out() -> None:
    first, second = [Row.of(line) for line in EXAMPLE[EVENTS].encode().splitlines(keepends=True)]

    assert f"That of position 1 has {len(first.envelope)} bytes" in PAGE
    for one in (first.leaf, second.leaf, root_of([first.leaf, second.leaf])):
        assert f"`{one.hex()}`" in PAGE


def test_the_page_names_every_file() -> None:
    assert all(f"`{name}`" in PAGE for name in (*EXAMPLE, "consistency.jsonl", "evidence/"))
