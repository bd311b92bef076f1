"""A backup that is not what was written, or not for this release: a clear refusal, and nothing is written."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.cli.backing_up.kept import NAME
from tests.api.cli.command import Hazardloop
from tests.conftest import JURISDICTION

FILES = ["about.json", "SHA256SUMS", *(f"{JURISDICTION}/{name}" for name in ("schema.dump", "checkpoint"))]
FILES.append(f"{JURISDICTION}/evidence/{NAME}")


def nothing_is_restored(hazardloop: Hazardloop, elsewhere: Path, *words: str) -> None:
    refused = hazardloop("restore", "kept", "--keys", "keys")
    assert (refused.code, refused.out) == (2, "")
    (line,) = refused.err.splitlines()
    for word in words:
        assert word in line
    assert not elsewhere.exists(), "not even a home was made"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", [0, 0.5, 0.999])
def test_control_given_one_byte_that_is_another_then_nothing_is_restored(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, name: str, where: float
) -> None:
    content = bytearray((backup / name).read_bytes())
    content[int(where * len(content))] ^= 1
    (backup / name).chmod(0o600)
    (backup / name).write_bytes(content)
    nothing_is_restored(hazardloop, elsewhere, str(backup))


@pytest.mark.parametrize("name", FILES)
def test_control_given_a_file_that_is_missing_then_nothing_is_restored(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, name: str
) -> None:
    (backup / name).unlink()
    nothing_is_restored(hazardloop, elsewhere, name)


def listed_anew(backup: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """As somebody leaves it who changes files and their hashes."""
    files = {file.relative_to(backup).as_posix(): file.read_bytes() for file in backup.rglob("*") if file.is_file()}
    del files["SHA256SUMS"]
    change(files)
    shutil.rmtree(backup)
    for name, content in files.items():
        (backup / name).parent.mkdir(parents=True, exist_ok=True)
        (backup / name).write_bytes(content)
    lines = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    (backup / "SHA256SUMS").write_text(lines)


def with_about(**said: object) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        about = json.loads(files["about.json"])
        of_it = {key: value for key, value in said.items() if key in about}
        about["jurisdictions"][0] |= {key: value for key, value in said.items() if key not in about}
        files["about.json"] = json.dumps(about | of_it).encode()

    return change


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (with_about(schema_version=99, release="9.9"), "install hazardloop 9.9 or a newer one"),
        (with_about(form=2, release="9.9"), "was made by a newer release: 9.9"),
        (with_about(postgres=99), "the backup is of PostgreSQL 99, and this server is the older"),
        (with_about(code="../../etc"), "are not in SHA256SUMS"),
        (lambda files: files.pop(f"{JURISDICTION}/evidence/{NAME}"), "are not in SHA256SUMS"),
        (lambda files: files.update({"../outside": b""}), "SHA256SUMS"),
    ],
)
def test_control_given_a_backup_this_release_can_make_nothing_of_then_nothing_is_restored(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, change: Callable[[dict[str, bytes]], None], word: str
) -> None:
    listed_anew(backup, change)
    refused = hazardloop("restore", "kept")
    assert (refused.code, refused.out) == (2, "")
    assert word in refused.err
    assert list(elsewhere.glob("*")) == []


@pytest.mark.parametrize("spoilt", [b"", b"[]", b"{}", b'{"checkpoints.key": {"base64": "AA==", "sha256": "00"}}'])
def test_given_a_file_that_holds_no_keys_then_nothing_is_restored(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, spoilt: bytes
) -> None:
    backup.with_name("keys").write_bytes(spoilt)
    refused = hazardloop("restore", "kept", "--keys", "keys")
    assert (refused.code, "keys is not what `hazardloop backup --keys` wrote" in refused.err) == (2, True)
    assert not elsewhere.exists()


def test_given_another_folder_or_jurisdiction_then_it_says_so(backup: Path, hazardloop: Hazardloop) -> None:
    assert "home is no backup: there is no SHA256SUMS in it" in hazardloop("restore", "home").err
    assert "holds nothing of 110000: it holds 320583" in hazardloop("restore", "kept", "--jurisdiction", "110000").err


def test_given_a_dump_that_fails_midway_then_there_is_no_schema_and_it_can_be_done_again(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, tmp_path: Path
) -> None:
    whole = (backup / JURISDICTION / "schema.dump").read_bytes()

    def cut(files: dict[str, bytes]) -> None:
        files[f"{JURISDICTION}/schema.dump"] = whole[:-64]  # the end of the last table

    listed_anew(backup, cut)
    refused = hazardloop("restore", "kept")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("hazardloop: pg_restore: error: ")
    assert "the schema of 320583 is behind" in hazardloop("board").err
    assert list((elsewhere / "checkpoints").iterdir()) == [], "a log begun here now is signed"

    listed_anew(backup, lambda files: files.update({f"{JURISDICTION}/schema.dump": whole}))

    assert hazardloop("restore", "kept").code == 0
    assert hazardloop("verify").code == 0
