"""What the backups of these tests hold, and what is read of a log."""

from __future__ import annotations

import hashlib

from application.proof import Checkpoint, Key
from tests.api.cli.command import Hazardloop

PHOTO = b"a photo"
NAME = hashlib.sha256(PHOTO).hexdigest()


def newest(hazardloop: Hazardloop) -> Checkpoint:
    return Checkpoint.opened(hazardloop("checkpoint", "show").out, Key.parse(hazardloop("checkpoint", "key").out))
