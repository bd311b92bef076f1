"""Counts and rates: what is counted, and of what a rate is one."""

from application.views.counting import Tally, counted, counted_by_grade
from domain.hazard.words import Grade, Stage

GENERAL, MAJOR = Grade.GENERAL, Grade.MAJOR
TALLIES = [
    Tally(Stage.REPORTED, None, False, 3, 1),
    Tally(Stage.RECTIFYING, GENERAL, False, 2, 2),
    Tally(Stage.VERIFIED, GENERAL, False, 1, 0),
    Tally(Stage.CLOSED, MAJOR, False, 4, 0),
    Tally(Stage.CLOSED, GENERAL, True, 10, 0),
    Tally(Stage.DISMISSED, None, False, 5, 0),
]


def test_given_tallies_then_what_was_closed_before_the_import_is_counted_apart() -> None:
    counts = counted(TALLIES)

    assert (counts.found, counts.open, counts.overdue, counts.dismissed) == (25, 6, 3, 5)
    assert (counts.closed, counts.closed_before_import, counts.by_stage[Stage.CLOSED]) == (4, 10, 14)


def test_given_tallies_then_rates_leave_out_what_is_no_hazard_and_what_the_loop_did_not_close() -> None:
    counts = counted(TALLIES)

    assert counts.rectification_rate == 0.5  # 1 verified and 4 closed, of 3 + 2 + 1 + 4
    assert counts.close_out_rate == 0.4  # 4, of the same 10
    assert counts.close_out_rate_with_imported == 0.7  # 4 + 10, of 20


def test_given_nothing_then_there_is_no_rate() -> None:
    counts = counted([Tally(Stage.DISMISSED, None, False, 1, 0)])

    assert (counts.rectification_rate, counts.close_out_rate, counts.close_out_rate_with_imported) == (None, None, None)
    assert counted([]).by_stage == dict.fromkeys(Stage, 0)


def test_given_tallies_then_each_grade_has_its_own() -> None:
    grades = counted_by_grade(iter(TALLIES))

    assert (grades.general.found, grades.major.found, grades.ungraded.found) == (13, 4, 8)


def test_given_a_third_then_the_rate_has_four_digits() -> None:
    counts = counted([Tally(Stage.CLOSED, GENERAL, False, 1, 0), Tally(Stage.REPORTED, GENERAL, False, 2, 0)])

    assert counts.close_out_rate == 0.3333
