"""Infrastructure: finds out how a ledger's text is encoded: as its mapping says, or by reading all of it.

What is not UTF-8 to the last byte and reads as GB18030, as Chinese spreadsheets save it, is taken for that.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from application.importing.table import NotATable

CHUNK = 1 << 20


def encoding_of(path: Path, said: str) -> str:
    """The encoding every byte of the file fits. Raises NotATable where there is none, OSError for no file to read."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise NotATable("the file is empty")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotATable("the file is in UTF-16; save it as CSV in UTF-8")
    # The mark of UTF-8 is no part of the first column's name, whatever the mapping says.
    utf_8 = "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    if said == "auto":
        candidates = [utf_8] if utf_8 == "utf-8-sig" else [utf_8, "gb18030"]
    else:
        candidates = [said if said == "gb18030" else utf_8]
    found = next((candidate for candidate in candidates if _fits(path, candidate)), None)
    if found is None:
        raise NotATable(
            f"the file is not text in {' or '.join(one.removesuffix('-sig').upper() for one in candidates)}"
        )
    return found


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
