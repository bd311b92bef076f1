"""The vectors of transparency-dev/merkle, where a path to its testdata folder is given: they are not ours to ship."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from application.proof import NotProven, verify_consistency, verify_inclusion

FOLDER = os.environ.get("HAZARDLOOP_MERKLE_VECTORS")

REFUSED = {"consistency/additional/sizes-are-equal-one-and-proof-is-empty.json": "its roots are no hashes of 32 bytes"}
"""What its authors accept and we refuse, and why."""

pytestmark = pytest.mark.skipif(FOLDER is None, reason="HAZARDLOOP_MERKLE_VECTORS names no folder of vectors")


def cases(kind: str) -> list[Path]:
    return sorted(Path(FOLDER).glob(f"{kind}/**/*.json")) if FOLDER else []


def hashes(given: list[str] | None) -> list[bytes]:
    return [b64decode(one) for one in given or []]


def inclusion(case: dict[str, Any]) -> None:
    leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
    verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes(case["proof"]), root)


def consistency(case: dict[str, Any]) -> None:
    old_root, root = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
    verify_consistency(case["size1"], old_root, case["size2"], root, hashes(case["proof"]))


@pytest.mark.parametrize("case", cases("inclusion"), ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_published_inclusion_proof_is_judged_as_its_authors_do(case: Path) -> None:
    judged(inclusion, case)


@pytest.mark.parametrize("case", cases("consistency"), ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_published_consistency_proof_is_judged_as_its_authors_do(case: Path) -> None:
    judged(consistency, case)


def judged(verify: Any, case: Path) -> None:
    said = json.loads(case.read_text())
    if said["wantErr"] or str(case.relative_to(FOLDER or "")) in REFUSED:
        with pytest.raises(NotProven):
            verify(said)
    else:
        verify(said)
