"""Infrastructure: the keys of a home in a file of their own, to be kept apart from every backup.

Whoever has both can sign another history for this service.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from application.backups import NoBackup
from infrastructure.command_keys import SECRET_FILE
from infrastructure.transparency.key import KEY_FILE
from infrastructure.whole_files import kept_once

NAMES = (KEY_FILE, SECRET_FILE)


def copy_keys(home: Path, file: Path) -> None:
    """Copy the keys of a home into a new file. Raises NoBackup, OSError."""
    keys = {name: (home / name).read_bytes() for name in NAMES if (home / name).exists()}
    if not keys:
        raise NoBackup(f"{home} holds no keys yet")
    said = {
        name: {"base64": base64.b64encode(key).decode(), "sha256": hashlib.sha256(key).hexdigest()}
        for name, key in keys.items()
    }
    content = json.dumps(said, indent=2).encode() + b"\n"
    if kept_once(file, lambda: content) != content:
        raise NoBackup(f"{file} exists already")


def read_keys(file: Path, home: Path) -> Mapping[str, bytes]:
    """The keys in a file, none of which this home has another of. Raises NoBackup, OSError."""
    keys = _read(file)
    for name, key in keys.items():
        if (home / name).exists() and (home / name).read_bytes() != key:
            raise NoBackup(f"{home} holds another {name}: move it away first if the one in {file} is to be used")
    return keys


def put_keys(keys: Mapping[str, bytes], home: Path) -> None:
    """Put keys where there are none. Raises OSError."""
    for name, key in keys.items():
        kept_once(home / name, lambda key=key: key)  # type: ignore[misc]


def _read(file: Path) -> Mapping[str, bytes]:
    spoilt = NoBackup(f"{file} is not what `hazardloop backup --keys` wrote")
    try:
        said = json.loads(file.read_bytes())
        keys = {name: base64.b64decode(said[name]["base64"], validate=True) for name in said}
        whole = all(hashlib.sha256(key).hexdigest() == said[name]["sha256"] for name, key in keys.items())
    except (ValueError, TypeError, KeyError):
        raise spoilt from None
    if not keys or not whole or not keys.keys() <= set(NAMES):
        raise spoilt
    return keys
