"""Application: `python3 -m application.bundle BUNDLE [--key FILE] [--checkpoint SAVED]`, without hazardloop."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from application.bundle.container import NoBundle
from application.bundle.verifying import sentences, verified
from application.proof import NotProven

HOLDS, FAULTS, NOT_VERIFIED = 0, 1, 2
FAULTS_SHOWN = 100


def main() -> int:
    """The exit code: 0 all holds, 1 faults were found, 2 it can't be verified."""
    asked = argparse.ArgumentParser(prog="application.bundle", description="Does this bundle hold?")
    asked.add_argument("bundle")
    asked.add_argument("--key", metavar="FILE", help="the public key of the log, got by a way you trust")
    asked.add_argument("--checkpoint", metavar="SAVED", help="a checkpoint of the log that you kept")
    given = asked.parse_args()
    try:
        key, saved = (None if one is None else Path(one).read_text("utf-8") for one in (given.key, given.checkpoint))
        verdict = verified(given.bundle, key, saved)
    except (NoBundle, NotProven, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{given.bundle}: {error}\n")
        return NOT_VERIFIED
    sys.stdout.write("".join(f"{one}\n" for one in sentences(verdict, FAULTS_SHOWN)))
    return FAULTS if verdict.faults else HOLDS


if __name__ == "__main__":
    sys.exit(main())
