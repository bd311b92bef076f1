"""A thousand files that were cut, re-encoded, shuffled, blown up or made to do harm: a clear refusal each, or rows that
are read or refused; in a process that may take no more memory than an import beside a server.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from application.importing.faults import RowRefused
from application.importing.table import NotATable
from application.importing.telling import Telling
from infrastructure.importing.books import open_ledger
from infrastructure.importing.files import SAMPLES
from infrastructure.importing.mappings import load_mapping
from tests.application.importing.given import KUNSHAN, NOW, RULES, RUN

FILES = 1000
SAMPLE = (SAMPLES / "yinhuan_taizhang.csv").read_bytes()

Harm = Callable[[bytes, Random], bytes]


def as_spreadsheet(folder: Path) -> bytes:
    """The sample as an XLSX, once."""
    path = folder / "sample.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("台账")
        for number, cells in enumerate(csv.reader(io.StringIO(SAMPLE.decode("utf-8-sig"), newline=""))):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
    return path.read_bytes()


def cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content))]


def cut_out(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.randrange(1, 400) :]


def overwritten(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randrange(1, 40)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def shuffled(content: bytes, chance: Random) -> bytes:
    size = chance.choice((1, 16, 256, 1024))
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    chance.shuffle(pieces)
    return b"".join(pieces)


def doubled(content: bytes, chance: Random) -> bytes:
    return content * chance.randrange(2, 5)


def encoded_anew(content: bytes, chance: Random) -> bytes:
    text = content.decode("utf-8-sig", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-32", "big5", "shift_jis", "latin-1")), "replace")


def encoded_wrongly_twice(content: bytes, chance: Random) -> bytes:
    return content.decode("gb18030", "replace").encode("utf-8")


def with_formulas(content: bytes, chance: Random) -> bytes:
    formula = chance.choice(('=HYPERLINK("http://x")', "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2"))
    return content.replace("一般".encode(), formula.encode())


def with_many_columns(content: bytes, chance: Random) -> bytes:
    return b",".join(b"c%d" % number for number in range(10**6)) + b"\n" + content


def of_one_long_line(content: bytes, chance: Random) -> bytes:
    return content.replace(b"\n", b" ") * 300


def with_nul(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes(chance.randrange(1, 50)) + content[at:]


def bomb(content: bytes, chance: Random) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(chance.choice((4, 64, 600))):
                sheet.write(b"<c r='A1'/>" * 95_000)
    return whole.getvalue()


def far_apart(content: bytes, chance: Random) -> bytes:
    """The sample's spreadsheet with a cell in the farthest corner put into its sheet."""
    whole = io.BytesIO()
    corner = chance.choice((b"XFD1048576", b"XFD41", b"ZZ900000"))
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                end = b"</sheetData>"
                row = corner.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                part = part.replace(end, b'<row r="%s"><c r="%s"><v>1</v></c></row>' % (row, corner) + end)
            new.writestr(name, part)
    return whole.getvalue()


def rows_without_end(content: bytes, chance: Random) -> bytes:
    """Tags that begin and never end: who looks for the end of each reads a megabyte 200,000 times."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<row " * (chance.randrange(1, 8) << 18))
    return whole.getvalue()


OF_BOTH: tuple[Harm, ...] = (cut, cut_out, overwritten, shuffled, doubled, with_nul)
OF_TEXT: tuple[Harm, ...] = (encoded_anew, encoded_wrongly_twice, with_formulas)
DEAR: tuple[Harm, ...] = (with_many_columns, of_one_long_line, bomb, far_apart, rows_without_end)


def harmed(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files, each with what was done to it."""
    chance, spreadsheet = Random("a thousand files"), as_spreadsheet(folder)
    for number in range(FILES):
        if number % 50 == 0:
            harm = DEAR[number // 50 % len(DEAR)]
            content = spreadsheet if harm is far_apart else SAMPLE
        elif number % 2:
            harm, content = chance.choice(OF_BOTH), spreadsheet
        else:
            harm, content = chance.choice(OF_BOTH + OF_TEXT), SAMPLE
        yield harm.__name__, harm(content, chance)


def says(name: str, *sentences: str) -> int:
    """Count a refusal, which says why."""
    assert sentences
    assert all(len(one) > 10 for one in sentences), name
    return 1


def read_all(folder: Path) -> None:
    """Open each file and tell its rows; print how often what came of it. Whatever is raised but a refusal ends it."""
    mapping = load_mapping("sample_zh")
    telling, came_to = Telling(mapping, KUNSHAN, RULES, RUN), Counter[str]()
    file = folder / "ledger"
    for name, content in harmed(folder):
        file.write_bytes(content)
        refused = read = 0
        try:
            for row in open_ledger(file, mapping).rows():
                try:
                    telling.tell(row, NOW)
                    read += 1
                except RowRefused as why:
                    refused += says(name, *(fault.says for fault in why.faults))
        except NotATable as why:
            came_to["refused as a whole"] += says(name, str(why))
        else:
            came_to["rows refused" if refused else "read" if read else "no rows"] += 1
    sys.stdout.write(json.dumps(came_to))


PROGRAM = """
import sys
from pathlib import Path
from api.import_work import bounded
from infrastructure.importing import xlsx_book
from tests.infrastructure.importing.test_thousand_files import read_all
bounded()
if "unseen" in sys.argv:
    xlsx_book.look_through = lambda path: None
read_all(Path(sys.argv[1]))
"""


def ran(folder: Path, root: Path, *how: str) -> subprocess.CompletedProcess[str]:
    """The process that reads them all."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), *how],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="no limit there counts what a process uses")


@LINUX
def test_a_thousand_files_each_refused_clearly_or_read_in_little_memory(tmp_path, pytestconfig):
    done = ran(tmp_path, pytestconfig.rootpath)

    assert done.returncode == 0, done.stderr[-2000:]
    came_to = json.loads(done.stdout)
    assert sum(came_to.values()) == FILES
    assert came_to["refused as a whole"] > FILES / 4
    assert came_to["rows refused"] > 0
    assert {file.name for file in tmp_path.iterdir()} == {"ledger", "sample.xlsx"}, "nothing is written beside them"


@LINUX
def test_control_without_a_look_through_the_zip_one_of_them_brings_the_process_down(tmp_path, pytestconfig):
    assert ran(tmp_path, pytestconfig.rootpath, "unseen").returncode < 0
