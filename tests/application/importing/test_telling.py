"""One row as the events of one hazard: nothing more than it says, and nothing the loop would refuse."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from application.importing.telling import Telling
from domain.actors import Role
from domain.erasable import Erasable
from domain.hazard.words import Grade, Stage
from domain.uscc import check_digit, is_placeholder
from tests.application.importing.given import (
    BY_NAME,
    KUNSHAN,
    NOW,
    RULES,
    RUN,
    faults,
    findings,
    mapping,
    names,
    refused,
    row,
    tell,
)

CODE = "91320583MA0000001" + check_digit("91320583MA0000001")


def test_a_row_makes_its_moves_at_the_times_it_states():
    told = tell(row())

    assert names(told) == ["reported", "self_inspected", "rectification_planned", "closed_before_import"]
    assert [event.occurred_at for event in told.hazard.pending_events] == [
        datetime(2025, 3, 2, 16, tzinfo=UTC),
        datetime(2025, 3, 2, 16, tzinfo=UTC),
        datetime(2025, 3, 3, 16, tzinfo=UTC),
        datetime(2025, 3, 17, 16, tzinfo=UTC),
    ]
    assert [event.originator_version for event in told.hazard.pending_events] == [1, 2, 3, 4]


def test_every_event_says_that_an_import_wrote_it():
    told = tell(row())

    assert {event.by.role for event in told.hazard.pending_events} == {Role.IMPORTER}
    assert {event.correlation_id for event in told.hazard.pending_events} == {RUN}
    assert len({event.by.actor_id for event in told.hazard.pending_events}) == 1


def test_what_the_row_does_not_say_is_not_made_up():
    reported, inspected, planned, closed = tell(row()).hazard.pending_events

    assert (reported.place, reported.location, reported.category, reported.evidence) == (None, None, None, ())
    assert (inspected.cause, inspected.harm, inspected.suspended) == (None, None, False)
    assert planned.model_dump(include={"goals_and_tasks", "funds_and_materials"}) == {
        "goals_and_tasks": None,
        "funds_and_materials": None,
    }
    assert closed.outcome is None


def test_a_closing_names_the_record_it_comes_from():
    *_, closed = tell(row()).hazard.pending_events

    assert closed.source == "a ledger"


def test_a_move_whose_conditions_do_not_hold_is_not_made():
    assert names(tell(row(Grade="", Deadline="", Closed=""))) == ["reported"]


def test_a_major_hazard_gets_no_dual_report_from_a_record():
    told = tell(row(Grade="重大"))

    assert told.hazard.grade is Grade.MAJOR
    assert names(told) == ["reported", "self_inspected", "rectification_planned", "closed_before_import"]


def test_a_grade_the_record_does_not_name_is_left_out():
    told = tell(row(Deadline="", Closed=""), mapping(moves={1: {"fields": {}}}))

    assert names(told) == ["reported", "self_inspected"]
    assert (told.hazard.stage, told.hazard.grade) == (Stage.SELF_INSPECTED, None)


def test_a_deadline_before_the_day_it_was_set_is_what_the_record_says():
    told = tell(row(Assigned="2025-03-04", Deadline="2025-03-03"))

    assert names(told) == ["reported", "self_inspected", "rectification_planned", "closed_before_import"]
    assert told.hazard.pending_events[2].deadline == date(2025, 3, 3)


@pytest.mark.parametrize("deadline", ["2025-03-20", ""], ids=["planned", "not planned"])
@pytest.mark.parametrize(
    ("move", "fields", "name", "stages"),
    [
        ("dismiss", {"reason": "What"}, "dismissed", [Stage.DISMISSED] * 2),
        ("reinspect", {"result": {"constant": "failed"}}, "reinspected", [Stage.RECTIFYING, Stage.SELF_INSPECTED]),
        ("reinspect", {"result": {"constant": "passed"}}, "reinspected", [Stage.VERIFIED] * 2),
    ],
)
def test_a_record_tells_of_it_though_it_says_less_than_the_loop(move, fields, name, stages, deadline):
    told = tell(row(Deadline=deadline), mapping(moves={3: {"move": move, "fields": fields}}))

    assert names(told)[-1] == name
    assert told.hazard.stage is stages[not deadline]


@pytest.mark.parametrize("move", ["dismiss", "reinspect"])
def test_a_record_tells_nothing_more_of_what_it_says_was_closed(move):
    fields = {"reason": "What"} if move == "dismiss" else {"result": {"constant": "failed"}}
    again = {"move": move, "occurred_at": "Closed", "fields": fields}
    closed = {"move": "close_before_import", "occurred_at": "Assigned", "when": [], "fields": {}}

    ((_, _, rule),) = faults(row(), mapping(moves={2: closed, 3: again}))

    assert rule == "stage"


def test_a_closing_skips_whatever_the_record_does_not_tell():
    told = tell(row(Grade="", Deadline=""))

    assert names(told) == ["reported", "closed_before_import"]
    assert told.hazard.stage is Stage.CLOSED


def test_the_zone_of_the_mapping_goes_before_that_of_the_jurisdiction():
    told = tell(row(), mapping(dates={"formats": ["%Y-%m-%d"], "zone": "America/New_York"}))

    assert told.hazard.pending_events[0].occurred_at == datetime(2025, 3, 3, 5, tzinfo=UTC)


def test_latitude_and_longitude_go_into_one_place():
    fields = {
        "channel": {"constant": "snap"},
        "description": "What",
        "location.latitude": "Lat",
        "location.longitude": "Lon",
    }
    under = mapping(moves={0: {"fields": fields}})

    assert tell(row(Lat="31.38", Lon="120.98"), under).hazard.pending_events[0].location.latitude == 31.38
    assert tell(row(Lat="", Lon=""), under).hazard.pending_events[0].location is None
    assert faults(row(Lat="31.38", Lon=""), under) == [("Lon", "", "missing")]
    assert faults(row(Lat="131.38", Lon="120.98"), under) == [("Lat", "131.38", "less_than_equal")]
    assert faults(row(Lat="north", Lon="120.98"), under) == [("Lat", "north", "import.number")]


def test_money_is_read_with_its_sign_and_commas():
    step = {"move": "step", "fields": {"note": "What", "cost": "Cost"}, "when": []}
    told = tell(row(Cost="￥38,600.50"), mapping(moves={3: step}))

    assert told.hazard.pending_events[3].cost == Decimal("38600.50")


def test_people_are_divided_each_is_named_once_and_can_be_erased():
    owners = {"deadline": "Deadline", "organisation_and_people": {"people": ["Owner", "Team"]}}
    told = tell(row(Owner="张三、李四，张三\n王五", Team="李四; 设备科"), mapping(moves={2: {"fields": owners}}))

    planned = told.hazard.pending_events[2]
    assert planned.organisation_and_people == Erasable("张三、李四、王五、设备科")


def test_a_deadline_may_be_extended():
    extend = {"move": "extend", "fields": {"new_deadline": "Until", "reason": "Why"}, "when": []}
    told = tell(row(Until="2025-04-20", Why="设备未到货"), mapping(moves={3: extend}))

    assert names(told)[3] == "deadline_extended"
    assert told.hazard.deadline == date(2025, 4, 20)


def test_several_moves_of_one_kind_come_from_one_row():
    step = {"move": "step", "occurred_at": "Assigned", "fields": {"note": "What"}, "when": []}
    again = {"move": "step", "occurred_at": "Closed", "fields": {"note": "Who"}}

    assert names(tell(row(), mapping(moves={3: step, 4: again})))[3:] == ["rectification_step_recorded"] * 2


SEEN_TWICE = {
    "move": "reinspect",
    "occurred_at": "Seen",
    "each_line": ["Seen", "Result", "Opinion"],
    "when": [{"column": "Result", "filled": True}],
    "fields": {"result": {"column": "Result", "map": {"合格": "passed", "不合格": "failed"}}, "findings": "Opinion"},
}


def test_every_line_of_a_cell_is_a_move_where_the_mapping_says_so():
    cells = {"Seen": "2025-03-10\r\n\n 2025-03-15 ", "Result": "不合格\n合格", "Opinion": ""}

    told = tell(row(**cells), mapping(moves={3: SEEN_TWICE}))

    assert names(told)[3:] == ["reinspected", "reinspected"]
    seen = [(event.occurred_at.date(), event.result) for event in told.hazard.pending_events[3:]]
    assert seen == [(date(2025, 3, 10), "failed"), (date(2025, 3, 15), "passed")]
    assert told.hazard.stage is Stage.VERIFIED


def test_numbered_steps_of_one_day():
    step = {"move": "step", "each_line": "Done", "occurred_at": "Closed", "fields": {"note": "Done"}}
    under = mapping(moves={3: step})

    told = tell(row(Done="1、停炉；\n2、加装护栏；\n3、安环部验收。"), under)

    assert [event.note.value for event in told.hazard.pending_events[3:]] == [
        "1、停炉；",
        "2、加装护栏；",
        "3、安环部验收。",
    ]
    assert names(tell(row(Done="停炉"), under))[3:] == ["rectification_step_recorded"]
    assert faults(row(Done=""), under) == [("Done", "", "step.note_or_evidence")]


def test_a_cell_that_is_read_whole_keeps_its_lines():
    measures = {"deadline": "Deadline", "methods_and_measures": "Measures"}
    told = tell(row(Measures="1、停炉\n2、加装护栏"), mapping(moves={2: {"fields": measures}}))

    assert told.hazard.pending_events[2].methods_and_measures.value == "1、停炉\n2、加装护栏"


@pytest.mark.parametrize(
    "cells",
    [
        {"Seen": "2025-03-10\n2025-03-15", "Result": "合格", "Opinion": ""},
        {"Seen": "\n".join(["2025-03-10"] * 101), "Result": "\n".join(["不合格"] * 101), "Opinion": ""},
    ],
)
def test_lines_that_do_not_go_together_are_refused(cells):
    (refusal,) = faults(row(**cells), mapping(moves={3: SEEN_TWICE}))

    assert (refusal[0], refusal[2]) == ("Seen + Result + Opinion", "import.lines")


def test_a_line_that_can_not_be_read_is_named():
    cells = {"Seen": "2025-03-10\n尽快", "Result": "不合格\n合格", "Opinion": ""}

    assert faults(row(**cells), mapping(moves={3: SEEN_TWICE})) == [("Seen", "尽快", "import.date")]


def test_a_deadline_is_the_day_that_is_written():
    assert tell(row(Deadline="2025年3月20日")).hazard.pending_events[2].deadline == date(2025, 3, 20)


class TestIdentity:
    def test_is_the_same_whenever_the_row_comes(self):
        assert tell(row(number=2)).hazard.id == tell(row(number=7, What="said otherwise")).hazard.id

    def test_is_another_for_another_row_source_or_jurisdiction(self):
        ids = {
            tell(row()).hazard.id,
            tell(row(No="2")).hazard.id,
            tell(row(), mapping(source="another ledger")).hazard.id,
            tell(row(), code="610102").hazard.id,
        }

        assert len(ids) == 4

    def test_does_not_depend_on_how_its_columns_are_divided(self):
        under = mapping(identity=["No", "Who"])

        assert tell(row(No="1", Who="23"), under).hazard.id != tell(row(No="12", Who="3"), under).hazard.id

    def test_has_no_blank_column(self):
        assert faults(row(No=""), mapping(identity=["No", "Who"])) == [("No", "", "import.identity")]


class TestEnterprise:
    def test_is_the_one_whose_code_the_row_has(self):
        told = tell(row(Code=CODE.lower()), mapping(enterprise=BY_NAME))

        assert told.hazard.enterprise_uscc == CODE
        (registered,) = told.enterprise.pending_events
        assert (registered.uscc, registered.enterprise_name, registered.industry_code) == (
            CODE,
            "昆山示例五金厂",
            "3311",
        )
        assert registered.occurred_at == NOW

    def test_is_a_placeholder_for_the_stated_key_where_there_is_no_code(self):
        first, same, other = (tell(row(No=no, Who=who), mapping(enterprise=BY_NAME)) for no, who in ["1A", "2A", "3B"])

        assert is_placeholder(first.hazard.enterprise_uscc)
        assert first.hazard.enterprise_uscc == same.hazard.enterprise_uscc != other.hazard.enterprise_uscc

    def test_has_yet_to_be_found_where_the_row_says_nothing(self):
        told = tell(row(Who=""), mapping(enterprise=BY_NAME))

        assert told.enterprise is None
        assert told.hazard.enterprise_uscc is None

    def test_may_be_the_one_that_is_registered_under_its_name(self):
        under = mapping(enterprise=BY_NAME | {"by_name": True})
        telling = Telling(under, KUNSHAN, RULES, RUN, {"昆山示例五金厂": CODE})

        assert telling.tell(row(), NOW).hazard.enterprise_uscc == CODE
        assert is_placeholder(telling.tell(row(Who="昆山示例五金二厂"), NOW).hazard.enterprise_uscc)
        assert is_placeholder(tell(row(), under).hazard.enterprise_uscc)

    def test_may_be_fixed_for_the_whole_ledger(self):
        fixed = {"fields": {"uscc": {"constant": CODE}, "enterprise_name": {"constant": "昆山示例五金厂"}}}

        assert tell(row(), mapping(enterprise=fixed)).hazard.enterprise_uscc == CODE

    @pytest.mark.parametrize(
        ("cells", "refusal"),
        [
            ({"Code": "91320583MA0000001A"}, ("Code", "91320583MA0000001A", "uscc_check_digit")),
            ({"Code": "12"}, ("Code", "12", "uscc_length")),
            ({"Code": CODE, "Who": ""}, ("Who", "", "missing")),
            ({"Who": "x" * 201}, ("Who", "x" * 201, "string_too_long")),
            ({"Who": "two\nlines"}, ("Who", "two\nlines", "string_pattern_mismatch")),
            ({"Industry": "metal"}, ("Industry", "metal", "string_pattern_mismatch")),
        ],
    )
    def test_is_refused_with_the_cell_that_is_wrong(self, cells, refusal):
        assert faults(row(**cells), mapping(enterprise=BY_NAME)) == [refusal]


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ({"Found": ""}, ("Found", "", "import.occurred_at")),
        ({"Found": "yesterday"}, ("Found", "yesterday", "import.date")),
        ({"Found": "2027-01-01"}, ("Found", "2027-01-01", "occurred_at.ahead")),
        ({"What": ""}, ("What", "", "report.text_or_photo")),
        ({"What": "x" * 4001}, ("What", "x" * 4001, "string_too_long")),
        ({"Grade": "较大"}, ("Grade", "较大", "import.unmapped")),
        ({"Assigned": ""}, ("Assigned", "", "import.occurred_at")),
        ({"Deadline": "尽快"}, ("Deadline", "尽快", "import.date")),
        ({"Grade": ""}, ("Deadline", "2025-03-20", "stage")),
    ],
)
def test_a_row_that_can_not_have_been_so_is_refused_with_cell_and_rule(cells, refusal):
    assert faults(row(**cells)) == [refusal]


@pytest.mark.parametrize(
    ("cells", "finding"),
    [
        ({"Assigned": "2025-03-02"}, ("Assigned", "2025-03-02", "import.order")),
        ({"Closed": "2025-03-02"}, ("Closed", "2025-03-02", "import.order")),
        ({"Deadline": "2025-03-01"}, ("Deadline", "2025-03-01", "import.deadline")),
    ],
)
def test_what_is_out_of_order_in_time_is_told_as_stated_and_found(cells, finding):
    assert findings(row(**cells)) == [finding]
    assert names(tell(row(**cells))) == ["reported", "self_inspected", "rectification_planned", "closed_before_import"]


def test_each_move_is_compared_with_the_latest_of_those_before_it():
    cells = {"Assigned": "2025-03-01", "Closed": "2025-03-02"}

    assert findings(row(**cells)) == [
        ("Assigned", "2025-03-01", "import.order"),
        ("Closed", "2025-03-02", "import.order"),
    ], "closed after it was assigned, but before it was found"


def test_an_extension_to_a_day_that_has_passed_is_found():
    extend = {"move": "extend", "fields": {"new_deadline": "Until", "reason": "Why"}, "when": []}
    under = mapping(moves={3: extend | {"occurred_at": "Asked"}})

    assert findings(row(Until="2025-04-20", Why="等待配件", Asked="2025-04-21"), under) == [
        ("Until", "2025-04-20", "import.deadline")
    ]


def test_nothing_is_found_where_all_is_in_order():
    assert findings(row()) == []


def test_all_cells_that_a_move_can_not_read_are_told_at_once():
    step = {
        "move": "step",
        "when": [],
        "fields": {"note": "What", "cost": "Cost", "measure": {"column": "M", "map": {"a": "b"}}},
    }

    assert faults(row(Cost="much", M="c"), mapping(moves={3: step})) == [
        ("Cost", "much", "import.number"),
        ("M", "c", "import.unmapped"),
    ]


def test_a_refusal_says_the_move_and_the_field():
    (fault,) = refused(row(number=17, What=""))

    assert fault.row == 17
    assert fault.says == "report.description: a report holds a description or at least one photo"


def test_where_several_columns_make_up_a_field_all_are_named():
    described = {"channel": {"constant": "snap"}, "description": {"text": ["{What}", "{Who}"]}}

    (fault,) = refused(row(What="x" * 3999, Who="yy"), mapping(moves={0: {"fields": described}}))

    assert (fault.column, fault.value) == ("What + Who", "x" * 3999 + " + yy")
