"""API: the command line. Each module of this room adds its commands; docs/commands.md lists them all."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command the process was started with, and end the process."""
    try:
        from api.cli.commands import exit_code  # here, so that Ctrl-C while all is being imported leaves no trace

        sys.exit(exit_code())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
