"""Infrastructure: the SQL files of this package, as the statements in them.

A file could go to the server as it is; but Citus passes the text of some statements on to its workers as it came,
and they refuse one that holds others as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# What a semicolon may stand in without ending a statement; of the ways to write a text, those our files use.
_PIECE = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)|'[^']*'|"[^"]*"|(?P<quote>\$\w*\$).*?(?P=quote)|(?P<end>;)|[^\s]""", re.DOTALL
)


def statements(text: str) -> Iterator[str]:
    """Each statement with the comments before it, without its semicolon; nothing for a part that holds none."""
    begin, empty = 0, True
    for piece in _PIECE.finditer(text):
        if piece["end"] and not empty:
            yield text[begin : piece.start()].strip()
        if piece["end"]:
            begin, empty = piece.end(), True
        elif not piece["comment"]:
            empty = False
    if not empty:
        yield text[begin:].strip()
