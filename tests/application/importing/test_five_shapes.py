"""One Chinese ledger in five shapes: a clean CSV, GB18030, a spreadsheet, two sheets that differ, a later copy."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from application.importing.importing import Importing, Tally
from application.importing.mapping import LedgerMapping
from application.importing.telling import Telling
from infrastructure.importing.books import open_ledger
from tests.application.importing.given import KUNSHAN, RULES, RUN
from tests.application.importing.test_importing import Clock

HEADER = [
    "编号",
    "单位",
    "隐患描述",
    "发现日期",
    "等级",
    "责任人",
    "期限",
    "完成日期",
    "复查日期",
    "复查结果",
    "销号日期",
]
TOP = ["编号", "单位", "隐患", "", "", "整改", "", "", "复查", "", "销号日期"]
BELOW = ["", "", "描述", "发现日期", "等级", "责任人", "期限", "完成日期", "日期", "结果", ""]

ROWS = [
    [
        "A-1",
        "示例铸件厂",
        "防护栏杆\n缺失",
        "2024-6-3",
        "一般",
        "张三、李四",
        "2024-06-10",
        "2024.6.8",
        "2024.6.9",
        "合格",
        "2024-06-12",
    ],
    ["A-2", "示例铸件厂", "粉尘管道积尘", "2024年6月4日", "重大", "王五", "2024-07-01", "", "", "", ""],
    ["A-3", "示例化工厂", "出口堵塞", "2024-06-05", "", "", "", "", "", "", ""],
    ["A-4", "示例化工厂", "灯不亮", "2024-06-06", "一般", "", "2024-06-01", "", "", "", "2024-06-05"],
    ["A-5", "示例化工厂", "阀门泄漏", "尽快", "一般", "", "", "", "", "", ""],
]

EXPECTED = {
    "A-1": ["reported", "self_inspected", "rectification_planned", "rectified", "reinspected", "closed_before_import"],
    "A-2": ["reported", "self_inspected", "rectification_planned"],
    "A-3": ["reported"],
    "A-4": ["reported", "self_inspected", "rectification_planned", "closed_before_import"],
    "A-5": [],
}
"""The events of each row, in every shape."""

ODD = [("期限", "import.deadline"), ("销号日期", "import.order")]
"""Of A-4: the deadline before the day it was found, the closing as well."""


def mapping(merged: bool = False) -> LedgerMapping:
    """The mapping; where the header is merged, columns go by all that stands above them."""

    def column(name: str, above: str) -> str:
        return f"{above}/{name.removeprefix(above)}" if merged else name

    found, grade, what = column("发现日期", "隐患"), column("等级", "隐患"), column("隐患描述", "隐患")
    deadline, owner, done = column("期限", "整改"), column("责任人", "整改"), column("完成日期", "整改")
    seen, result = column("复查日期", "复查"), column("复查结果", "复查")

    def move(name: str, on: str, when: str, **fields: Any) -> dict[str, Any]:
        return {"move": name, "occurred_at": on, "when": [{"column": when, "filled": True}], "fields": fields}

    report = {"channel": {"constant": "self_check"}, "description": what}
    return LedgerMapping.model_validate(
        {
            "source": "示例台账",
            "identity": ["编号"],
            "dates": {"formats": ["%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日"]},
            "enterprise": {"placeholder": ["单位"], "fields": {"enterprise_name": "单位"}},
            "moves": [
                {"move": "report", "occurred_at": found, "fields": report},
                move(
                    "self_inspect", found, grade, grade={"column": grade, "map": {"一般": "general", "重大": "major"}}
                ),
                move("plan", found, deadline, deadline=deadline, organisation_and_people={"people": owner}),
                move("rectify", done, done),
                move(
                    "reinspect", seen, result, result={"column": result, "map": {"合格": "passed", "不合格": "failed"}}
                ),
                move("close_before_import", "销号日期", "销号日期"),
            ],
        }
    )


def clean_csv(path: Path, rows: Sequence[Sequence[str]] = ROWS, encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def spreadsheet(path: Path, sheets: dict[str, Sequence[Sequence[str]]]) -> Path:
    """A title, a header merged over two rows, the rows, and a total."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.merge_range(0, 0, 0, len(HEADER) - 1, "示例公司隐患排查治理台账")
            for number, cells in enumerate([TOP, BELOW, *rows, ["合计", str(len(rows))]], start=1):
                for column, cell in enumerate(cells):
                    sheet.write_string(number, column, cell)
    return path


async def taken_in(log: Any, file: Path, under: LedgerMapping) -> Tally:
    total = Tally()
    importing = Importing(Telling(under, KUNSHAN, RULES, RUN), log, Clock())
    async for batch in importing.batches(open_ledger(file, under).rows()):
        total.add(batch)
        total.returned = [*total.returned, *batch.returned]
        total.found = [*total.found, *batch.found]
    return total


async def in_log(log: Any, file: Path, under: LedgerMapping) -> dict[str, list[str]]:
    """The events of each row, by the number the ledger gives it."""
    telling = Telling(under, KUNSHAN, RULES, RUN)
    rows = {row.cells["编号"]: row for row in open_ledger(file, under).rows()}
    return {
        number: [one.name.split(".")[1] for one in await log.read(telling._identity(row))]
        for number, row in rows.items()
    }


@pytest.fixture(params=["clean CSV", "CSV with a mark", "GB18030", "spreadsheet"])
def shape(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, LedgerMapping]:
    match request.param:
        case "spreadsheet":
            return spreadsheet(tmp_path / "台账.xlsx", {"2024": ROWS}), mapping(merged=True)
        case "clean CSV":
            return clean_csv(tmp_path / "台账.csv"), mapping()
        case "GB18030":
            return clean_csv(tmp_path / "台账.csv", encoding="gb18030"), mapping()
    return clean_csv(tmp_path / "台账.csv", encoding="utf-8-sig"), mapping()


async def test_in_every_shape_it_comes_to_the_same_events(log, shape):
    file, under = shape

    tally = await taken_in(log, file, under)

    assert await in_log(log, file, under) == EXPECTED
    assert (tally.rows, tally.imported, tally.refused) == (5, 4, 1)
    assert [(one.column.rpartition("/")[2], one.rule) for one in tally.found] == ODD
    assert [(fault.value, fault.rule) for one in tally.returned for fault in one.faults] == [("尽快", "import.date")]
    people = [
        one.event.organisation_and_people.value
        for one in await log.read_after(0, 100)
        if one.name == "hazard.rectification_planned.v1" and one.event.organisation_and_people is not None
    ]
    assert people == ["张三、李四", "王五"]


async def test_of_two_sheets_that_repeat_and_contradict_each_other_the_first_is_in_the_log_and_the_second_is_told(
    log, tmp_path
):
    second = [
        ROWS[0],
        [*ROWS[1][:4], "一般", *ROWS[1][5:]],
        [*ROWS[2][:2], "安全出口堵塞", *ROWS[2][3:]],
    ]
    file = spreadsheet(tmp_path / "台账.xlsx", {"车间": ROWS, "安环部": second})

    tally = await taken_in(log, file, mapping(merged=True))

    assert await in_log(log, file, mapping(merged=True)) == EXPECTED
    assert (tally.rows, tally.imported, tally.known, tally.conflicts) == (8, 4, 3, 2)
    conflicts = [one for one in tally.found if one.rule == "import.conflict"]
    assert [(one.sheet, one.row, one.column, one.value, one.in_log) for one in conflicts] == [
        ("安环部", 5, "隐患/等级", "一般", "major"),
        ("安环部", 6, "隐患/描述", "安全出口堵塞", "出口堵塞"),
    ]


async def test_a_later_copy_adds_the_rows_and_moves_that_are_new(log, tmp_path):
    file = clean_csv(tmp_path / "六月.csv")
    await taken_in(log, file, mapping())
    before = await log.head()
    later = [
        ROWS[0],
        [*ROWS[1][:7], "2024-06-28", "2024-06-30", "合格", ""],
        [*ROWS[2][:4], "一般", *ROWS[2][5:]],
        [*ROWS[3][:6], "2024-06-20", *ROWS[3][7:]],
        [*ROWS[4][:3], "2024-06-07", *ROWS[4][4:]],
        ["A-6", "示例化工厂", "标识缺失", "2024-07-01", "", "", "", "", "", "", ""],
    ]
    copy = clean_csv(tmp_path / "七月.csv", later)

    tally = await taken_in(log, copy, mapping())

    assert await in_log(log, copy, mapping()) == EXPECTED | {
        "A-2": [*EXPECTED["A-2"], "rectified", "reinspected"],
        "A-3": [*EXPECTED["A-3"], "self_inspected"],
        "A-5": ["reported", "self_inspected"],
        "A-6": ["reported"],
    }
    assert (tally.imported, tally.known, tally.continued, tally.refused) == (2, 2, 2, 0)
    assert [(one.row, one.column, one.value, one.in_log) for one in tally.found] == [
        (5, "销号日期", "2024-06-05", ""),
        (5, "期限", "2024-06-20", "2024-06-01"),
    ], "odd as before, and contradicting"
    assert await log.head() - before == tally.events.total() == 6

    again = await taken_in(log, copy, mapping())
    assert (again.known, again.events.total(), again.conflicts) == (6, 0, 1)
