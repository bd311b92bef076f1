"""A later copy of a ledger adds only what is new; what contradicts the log is told with both values."""

from __future__ import annotations

from typing import Any

import pytest

from application.importing.importing import Importing, Tally
from application.importing.telling import Telling
from application.log import Append
from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.event import Act
from domain.hazard.closing import CloseOut, EraseTexts
from domain.hazard.dual_reporting import NotifyWorkers
from domain.hazard.hazard import Hazard
from domain.hazard.moves import Move
from domain.hazard.reporting import Correct, CorrectableField
from domain.hazard.words import NoticeChannel
from tests.application.importing.given import BY_NAME, KUNSHAN, NOW, RULES, RUN, mapping, row, tell
from tests.application.importing.test_importing import Clock, faults_of

FILLED = {"rectify": "Rectified", "reinspect": "Seen", "close_before_import": "Closed"}
RESULT = {"result": {"column": "Result", "map": {"合格": "passed", "不合格": "failed"}}}
LATER_MOVES = [
    {
        "move": move,
        "occurred_at": column,
        "when": [{"column": column, "filled": True}],
        "fields": RESULT if move == "reinspect" else {},
    }
    for move, column in FILLED.items()
]
WHOLE_LIFE = mapping(enterprise=BY_NAME)
WHOLE_LIFE = type(WHOLE_LIFE).model_validate(
    {"source": "a ledger", "identity": ["No"], "dates": {"formats": ["%Y-%m-%d"]}, "enterprise": BY_NAME}
    | {"moves": [*mapping().model_dump(by_alias=True, exclude_none=True)["moves"][:3], *LATER_MOVES]}
)
BLANK = {"Rectified": "", "Seen": "", "Result": "", "Closed": ""}


def copy(number: int = 2, **cells: str):
    """A row of a ledger in which the hazard is planned and nothing more, with some cells replaced."""
    return row(number, **(BLANK | cells))


async def taken_in(log: Any, *rows: Any, under: Any = WHOLE_LIFE) -> Tally:
    total = Tally()
    async for batch in Importing(Telling(under, KUNSHAN, RULES, RUN), log, Clock()).batches(rows):
        total.add(batch)
        total.returned = [*total.returned, *batch.returned]
        total.found = [*total.found, *batch.found]
    return total


async def there(log: Any) -> list[str]:
    """The events of the one hazard, by the word in the middle of their names."""
    return [one.name.split(".")[1] for one in await log.read(tell(copy(), WHOLE_LIFE).hazard.id)]


def found(tally: Tally) -> list[tuple[str, str, str, str]]:
    return [(one.column, one.value, one.in_log, one.rule) for one in tally.found]


async def people(log: Any, move: Move, role: Role = Role.UNION_INSPECTOR, erases: bool = False) -> None:
    """Somebody makes a move on the one hazard."""
    recorded = await log.read(tell(copy(), WHOLE_LIFE).hazard.id)
    hazard = Hazard.fold([one.event for one in recorded])
    enterprise = hazard.enterprise_uscc if role in OF_AN_ENTERPRISE else None
    hazard.carry_out(move, Act(Actor(RUN, role, enterprise), NOW, NOW, RUN, RULES))
    await log.append([Append(hazard.collect_events(), erases=hazard.id if erases else None)])


async def test_rows_that_were_added_go_in(log):
    await taken_in(log, copy())

    tally = await taken_in(log, copy(), copy(3, No="2"))

    assert (tally.imported, tally.known, tally.conflicts) == (1, 1, 0)


async def test_what_a_row_says_now_follows_as_the_moves_it_is(log):
    await taken_in(log, copy())
    assert await there(log) == ["reported", "self_inspected", "rectification_planned"]
    before = await log.head()

    tally = await taken_in(log, copy(Rectified="2025-03-15", Seen="2025-03-16", Result="合格", Closed="2025-03-18"))

    assert (tally.imported, tally.known, tally.continued, tally.refused) == (0, 0, 1, 0)
    assert (await there(log))[3:] == ["rectified", "reinspected", "closed_before_import"]
    assert tally.events.total() == await log.head() - before == 3

    again = await taken_in(log, copy(Rectified="2025-03-15", Seen="2025-03-16", Result="合格", Closed="2025-03-18"))
    assert (again.known, again.events.total(), again.conflicts) == (1, 0, 0)


async def test_what_was_left_blank_since_contradicts_nothing(log):
    await taken_in(log, copy(Rectified="2025-03-15"))

    tally = await taken_in(log, copy(Grade="", Deadline="", Who=""))

    assert (tally.known, tally.conflicts, tally.events.total()) == (1, 0, 0)


@pytest.mark.parametrize(
    ("cells", "conflict"),
    [
        ({"Grade": "重大"}, ("Grade", "重大", "general")),
        ({"Deadline": "2025-04-20"}, ("Deadline", "2025-04-20", "2025-03-20")),
        ({"What": "栏杆缺失"}, ("What", "栏杆缺失", "防护罩缺失")),
        ({"Assigned": "2025-03-05"}, ("Assigned", "2025-03-05", "2025-03-04")),
    ],
)
async def test_a_cell_that_says_otherwise_is_a_conflict_and_what_is_new_follows_nevertheless(log, cells, conflict):
    await taken_in(log, copy())

    tally = await taken_in(log, copy(Rectified="2025-03-15", **cells))

    assert found(tally) == [(*conflict, "import.conflict")]
    assert (tally.continued, tally.conflicts) == (1, 1)
    assert (await there(log))[3:] == ["rectified"]


async def test_a_closing_of_another_day_is_no_second_closing(log):
    await taken_in(log, copy(Closed="2025-03-18"))

    tally = await taken_in(log, copy(Closed="2025-03-19"))

    assert found(tally) == [("Closed", "2025-03-19", "2025-03-18", "import.conflict")]
    assert (await there(log)).count("closed_before_import") == 1


async def test_after_a_failed_re_inspection_what_stands_in_the_same_cells_of_a_later_day_is_new(log):
    await taken_in(log, copy(Rectified="2025-03-10", Seen="2025-03-11", Result="不合格"))

    tally = await taken_in(log, copy(Rectified="2025-03-15", Seen="2025-03-16", Result="合格"))

    assert (tally.continued, tally.conflicts) == (1, 0)
    assert (await there(log))[3:] == ["rectified", "reinspected", "rectified", "reinspected"]


async def test_a_re_inspection_that_passed_and_has_another_day_since_is_a_conflict(log):
    await taken_in(log, copy(Rectified="2025-03-10", Seen="2025-03-11", Result="合格"))

    tally = await taken_in(log, copy(Rectified="2025-03-10", Seen="2025-03-16", Result="合格"))

    assert [(column, rule) for column, _, _, rule in found(tally)] == [("Seen", "import.conflict")]
    assert tally.events.total() == 0


async def test_what_the_loop_does_not_allow_any_more_is_refused_and_nothing_of_the_row_is_written(log):
    await taken_in(log, copy(Deadline="", Closed="2025-03-18"))
    before = await log.head()

    tally = await taken_in(log, copy(Closed="2025-03-18", Rectified="2025-03-17"))

    assert [(fault.column, fault.rule) for fault in faults_of(tally)] == [("Deadline", "stage")]
    assert await log.head() == before


@pytest.mark.parametrize("cells", [{"Closed": "2025-03-18"}, {"Rectified": "2025-03-15"}])
async def test_once_people_have_moved_it_on_a_record_adds_no_move(log, cells):
    await taken_in(log, copy())
    await people(log, NotifyWorkers(channel=NoticeChannel.MEETING))
    before = await log.head()

    tally = await taken_in(log, copy(**cells))

    ((column, _),) = cells.items()
    assert [(fault.column, fault.rule) for fault in faults_of(tally)] == [(column, "import.taken_over")]
    assert await log.head() == before
    assert (await taken_in(log, copy())).known == 1, "a copy that says no more than before is known"


async def test_a_closing_through_the_loop_is_what_a_ledger_means_by_one(log):
    whole = {"Rectified": "2025-03-15", "Seen": "2025-03-16", "Result": "合格"}
    await taken_in(log, copy(**whole))
    await people(log, NotifyWorkers(channel=NoticeChannel.MEETING))
    await people(log, CloseOut(), Role.ENTERPRISE_OFFICER)

    tally = await taken_in(log, copy(**whole, Closed="2025-03-18"))

    assert (tally.known, tally.conflicts, tally.refused) == (1, 0, 0)


async def test_a_text_that_was_corrected_contradicts_neither_in_its_old_words_nor_in_its_new_ones(log):
    await taken_in(log, copy())
    await people(log, Correct(field=CorrectableField.DESCRIPTION, value="护罩缺失", reason="误记"))

    for words in ("防护罩缺失", "护罩缺失"):
        assert (await taken_in(log, copy(What=words))).conflicts == 0
    assert (await taken_in(log, copy(What="灯不亮"))).conflicts == 1
    assert (await taken_in(log, copy(Rectified="2025-03-15"))).continued == 1, "a correction moves nothing on"


async def test_what_was_erased_is_held_against_nobody_and_the_record_may_go_on(log):
    await taken_in(log, copy())
    await people(log, EraseTexts(legal_basis="Art 47"), Role.ADMINISTRATOR, erases=True)

    tally = await taken_in(log, copy(What="anything", Rectified="2025-03-15"))

    assert (tally.continued, tally.conflicts) == (1, 0)


async def test_who_is_responsible_may_have_been_found_out_since_but_not_changed(log):
    await taken_in(log, copy(Code="91320583MA00000118"))

    assert (await taken_in(log, copy(Code=""))).conflicts == 0
    assert (await taken_in(log, copy(Code="91320583MA0000023F"))).conflicts == 1


async def test_two_rows_of_one_copy_that_say_the_same_new_thing_say_it_once(log):
    await taken_in(log, copy())

    tally = await taken_in(log, copy(Rectified="2025-03-15"), copy(3, Rectified="2025-03-15"))

    assert (tally.continued, tally.known) == (1, 1)
    assert (await there(log)).count("rectified") == 1


async def test_what_is_odd_is_found_again_when_it_is_imported_again(log):
    """An import that was cut off is finished by running it again, and its list begins anew."""
    odd = copy(Deadline="2025-03-01", Closed="2025-03-02")
    first = await taken_in(log, odd)
    assert [rule for *_, rule in found(first)] == ["import.deadline", "import.order"]

    again = await taken_in(log, odd)

    assert (again.known, found(again)) == (1, found(first))


async def test_of_a_move_that_follows_it_is_found_whether_it_lies_before_any_in_the_log(log):
    await taken_in(log, copy(Assigned="2025-03-01"))

    tally = await taken_in(log, copy(Assigned="2025-03-01", Closed="2025-03-02"))

    assert tally.continued == 1
    assert [(column, rule) for column, *_, rule in found(tally)] == [
        ("Assigned", "import.order"),
        ("Closed", "import.order"),
    ]
