"""The ledger that is shipped: what the log has afterwards equals what a plain script counts in it."""

from __future__ import annotations

from collections import Counter

from application.importing.moves import MoveName
from application.importing.telling import Telling
from domain.hazard.words import Grade, Stage
from domain.uscc import is_placeholder
from infrastructure.importing.files import SAMPLES, Files
from tests.application.importing.given import KUNSHAN, NOW, RULES, RUN
from tests.application.importing.ledgers import Counted, day, read, taken_in

NAME = "yinhuan_taizhang.csv"


MOVES = [
    ("reported", "排查日期", lambda row: True),
    ("self_inspected", "排查日期", lambda row: row["隐患等级"]),
    ("rectification_planned", "整改通知日期", lambda row: row["整改期限"]),
    ("rectification_step_recorded", "整改完成日期", lambda row: row["整改期限"] and row["整改完成日期"]),
    ("rectified", "整改完成日期", lambda row: row["整改完成日期"]),
    ("reinspected", "复查日期", lambda row: row["复查结果"]),
    ("workers_notified", "告知日期", lambda row: row["告知日期"]),
    ("dismissed", "复查日期", lambda row: row["状态"] == "不属实"),
    ("closed_before_import", "销号日期", lambda row: row["销号日期"]),
]


def counted_by_hand() -> tuple[Counted, int]:
    """The moves of the rows that can go in, and how many enterprises those name."""
    counted, enterprises = Counted(), set()
    for number, row in read(SAMPLES / NAME):
        moves = [(name, day(row[when])) for name, when, made in MOVES if made(row)]
        counted.add(number, moves, "import.date" if row["整改期限"] == "尽快" else None)
        if number not in counted.refused:
            enterprises.add(row["单位名称"])
    return counted, len(enterprises)


async def test_every_row_is_in_the_log_or_refused_and_a_second_run_adds_nothing(log):
    counted, enterprises = counted_by_hand()

    first = await taken_in(log, NAME, "sample_zh")
    again = await taken_in(log, NAME, "sample_zh")

    assert first.names == counted.events + Counter({"enterprise.registered.v1": enterprises})
    assert first.tally.events == first.names == again.names
    assert (first.tally.rows, first.tally.imported, first.tally.refused) == (40, 39, 1)
    assert {fault.row: fault.rule for fault in first.faults} == counted.refused
    assert [one.row for one in first.found if one.rule == "import.order"] == counted.out_of_order == [24]
    assert (again.tally.known, again.tally.refused, again.tally.events.total()) == (39, 1, 0)


def told():
    files = Files()
    mapping = files.mapping("sample_zh")
    telling = Telling(mapping, KUNSHAN, RULES, RUN)
    good = (row for row in files.ledger(NAME, mapping).rows() if row.number not in counted_by_hand()[0].refused)
    return {one.row.cells["序号"]: one for one in (telling.tell(row, NOW) for row in good)}


def test_it_shows_every_move_an_import_can_make():
    assert counted_by_hand()[0].events.keys() == {f"hazard.{name}.v1" for name, _, _ in MOVES}
    assert len(MOVES) == len(MoveName) - 1, "all but an extension, which this ledger does not keep"


def test_the_hazards_stand_where_the_ledger_says():
    hazards = {number: one.hazard for number, one in told().items()}

    assert Counter(hazard.stage for hazard in hazards.values()) == {
        Stage.CLOSED: 30,
        Stage.RECTIFYING: 8,
        Stage.DISMISSED: 1,
    }
    assert Counter(hazard.grade for hazard in hazards.values()) == {Grade.GENERAL: 27, Grade.MAJOR: 11, None: 1}
    assert hazards["4"].stage is Stage.RECTIFYING, "its re-inspection failed"


def test_the_workshop_without_a_code_is_one_placeholder():
    codes = [one.hazard.enterprise_uscc for one in told().values()]

    assert len({code for code in codes if is_placeholder(code)}) == 1
    assert len({code for code in codes if not is_placeholder(code)}) == 7
