"""Benchmarks: a ledger as a spreadsheet, of as many rows as are asked for, and how it is to be read.

Eleven columns under a title, 200 enterprises, days of three years: each row comes to four events.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

EVENTS_OF_A_ROW = 4

HEADER = (
    *("序号", "单位名称", "隐患描述", "部位", "隐患等级", "排查日期"),
    *("整改期限", "整改责任部门", "整改完成日期", "整改情况", "备注"),
)

MAPPING = """\
source = "benchmark"
identity = ["序号"]
dates = { formats = ["%Y-%m-%d"] }
enterprise = { placeholder = ["单位名称"], fields = { enterprise_name = "单位名称" } }

[[moves]]
move = "report"
occurred_at = "排查日期"
fields = { channel = { constant = "self_check" }, description = "隐患描述", place = "部位" }

[[moves]]
move = "self_inspect"
occurred_at = "排查日期"
fields = { grade = { column = "隐患等级", map = { "一般" = "general", "重大" = "major" } } }

[[moves]]
move = "plan"
occurred_at = "排查日期"
fields = { deadline = "整改期限", organisation_and_people = "整改责任部门" }

[[moves]]
move = "rectify"
occurred_at = "整改完成日期"
when = [{ column = "整改完成日期", filled = true }]
fields = { note = "整改情况" }
"""


def write(path: Path, rows: int) -> None:
    """Write so many rows."""
    chance = Random(1)
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("台账")
        sheet.write(0, 0, "隐患排查治理台账")
        sheet.write_row(1, 0, HEADER)
        for number in range(rows):
            found = date(2022, 1, 1) + timedelta(days=chance.randrange(1000))
            cells = [
                *(number + 1, f"示例企业{number % 200}有限公司", f"第{number % 500}号设备防护罩缺失，有卷入风险"),
                *(f"{number % 20}车间", "一般" if number % 10 else "重大", found),
                *(found + timedelta(days=14), "设备科", found + timedelta(days=7), "已加装防护罩", ""),
            ]
            for column, cell in enumerate(cells):
                sheet.write(number + 2, column, cell)
