"""The rulebook: which rule gives a number there and then, and what day that makes."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.hazard.words import Recipient, ReportStage
from domain.rules.duties import Duty, DutyKind
from domain.rules.pack import (
    CountedIn,
    Escalation,
    Origin,
    Provision,
    RulePack,
    Seen,
    Since,
    Source,
    Switch,
    Term,
    Title,
)
from domain.rules.rulebook import Rulebook

SHANGHAI = ZoneInfo("Asia/Shanghai")
KUNSHAN, XIAN = "320583", "610102"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
KIND = DutyKind.SELF_INSPECTION


class Weekdays:
    """Every weekday is worked; from `ends` on nothing is known."""

    def __init__(self, version: str = "weekdays-1", ends: date = date.max) -> None:
        self.version = version
        self.ends = ends

    def is_working_day(self, day: date) -> bool | None:
        return day.weekday() < 5 if day < self.ends else None


def term(
    days: int = 3, kind: DutyKind = KIND, recipient: Recipient | None = None, stage: ReportStage | None = None
) -> Term:
    return Term(
        kind=kind, recipient=recipient, stage=stage, days=days, counted_in=CountedIn.WORKING_DAYS, since=Since.REPORT
    )


def pack(
    name: str,
    *terms: Term,
    origin: Origin = Origin.STATUTE,
    area: str = "",
    since: date = date(2021, 9, 1),
    until: date | None = None,
    seen: Seen = Seen.READ,
    switch: Switch | None = None,
    escalation: Escalation | None = None,
) -> RulePack:
    source = None if origin is Origin.OPERATOR_POLICY else Source(law=name, article="Art 1", seen=seen)
    rules = tuple(
        Provision(id=f"rule_{n}", zh="说", en="says", source=source, due=due, switch=switch, escalation=escalation)
        for n, due in enumerate(terms or (None,))
    )
    return RulePack(
        id=f"operator-policy/{name}" if source is None else name,
        version=1,
        area=area,
        in_force_from=since,
        in_force_until=until,
        origin=origin,
        title=Title(zh="规定", en=name),
        rules=rules,
    )


def book(
    *packs: RulePack, area: str = KUNSHAN, calendar: Weekdays | None = None, zone: ZoneInfo = SHANGHAI
) -> Rulebook:
    return Rulebook(packs, calendar or Weekdays(), zone, area)


def given_by(duty: Duty | None) -> str | None:
    return duty and duty.pack


def test_given_a_term_when_a_duty_begins_then_it_says_day_rule_pack_and_calendar() -> None:
    assert book(pack("law", term(3))).duty(KIND, MONDAY) == Duty(
        kind=KIND, due=date(2026, 3, 5), rule="rule_0", pack="law@1", calendar="weekdays-1", provisional=False
    )


def test_given_calendar_days_then_no_calendar_is_named_and_nothing_is_provisional() -> None:
    ten = term(10).model_copy(update={"counted_in": CountedIn.CALENDAR_DAYS})
    duty = book(pack("law", ten), calendar=Weekdays(ends=date(2026, 1, 1))).duty(KIND, MONDAY)
    assert duty is not None
    assert (duty.due, duty.calendar, duty.provisional) == (date(2026, 3, 12), "none", False)


def test_given_nothing_that_gives_a_number_then_there_is_no_duty() -> None:
    assert book().duty(KIND, MONDAY) is None
    assert book(pack("law")).duty(KIND, MONDAY) is None
    assert book(pack("law", term(3, DutyKind.PLAN))).duty(KIND, MONDAY) is None


def test_given_an_operators_policy_then_it_gives_a_number_only_where_no_law_does() -> None:
    policy = pack("own", term(1), origin=Origin.OPERATOR_POLICY, area=KUNSHAN, since=date(2025, 1, 1))
    assert given_by(book(policy).duty(KIND, MONDAY)) == "operator-policy/own@1"
    assert given_by(book(policy, pack("law", term(9))).duty(KIND, MONDAY)) == "law@1"
    assert given_by(book(policy, pack("union", term(9), origin=Origin.UNION_POLICY)).duty(KIND, MONDAY)) == "union@1"


def test_given_law_and_the_policy_of_a_government_then_law_goes_first() -> None:
    local = pack("system", term(1), origin=Origin.GOVERNMENT_POLICY, area="32", since=date(2025, 1, 1))
    assert given_by(book(local, pack("law", term(9))).duty(KIND, MONDAY)) == "law@1"


def test_given_laws_of_several_areas_then_the_most_local_goes_first() -> None:
    nation, province, city = pack("n", term(9)), pack("p", term(8), area="32"), pack("c", term(7), area="3205")
    other = pack("o", term(1), area="61")
    assert given_by(book(nation, province, city, other).duty(KIND, MONDAY)) == "c@1"
    assert given_by(book(nation, province, city, other, area="320100").duty(KIND, MONDAY)) == "p@1"
    assert given_by(book(nation, province, city, other, area="110000").duty(KIND, MONDAY)) == "n@1"
    assert given_by(book(nation, province, city, other, area=XIAN).duty(KIND, MONDAY)) == "o@1"


def test_given_two_laws_of_one_area_then_the_newest_in_force_that_day_goes_first() -> None:
    old, new = pack("old", term(9), since=date(2008, 2, 1)), pack("new", term(3), since=date(2026, 3, 2))
    rules = book(old, new)
    assert given_by(rules.duty(KIND, MONDAY)) == "new@1"
    assert given_by(rules.duty(KIND, MONDAY - timedelta(days=1))) == "old@1"
    assert given_by(rules.duty(KIND, datetime(2007, 1, 1, tzinfo=UTC))) is None


def test_given_a_law_out_of_force_then_the_one_before_it_gives_the_number_again() -> None:
    old, trial = pack("old", term(9)), pack("trial", term(3), since=date(2022, 1, 1), until=date(2026, 3, 2))
    assert given_by(book(old, trial).duty(KIND, MONDAY)) == "old@1"
    assert given_by(book(old, trial).duty(KIND, MONDAY - timedelta(days=1))) == "trial@1"


def test_given_a_term_for_one_recipient_then_it_goes_before_the_one_for_any() -> None:
    kind, congress, initial = DutyKind.DUAL_REPORT, Recipient.WORKERS_CONGRESS, ReportStage.INITIAL
    rules = book(pack("law", term(9, kind), term(5, kind, stage=initial), term(3, kind, congress, initial)))
    due = {
        (recipient, stage): duty.rule
        for recipient in Recipient
        for stage in ReportStage
        if (duty := rules.duty(kind, MONDAY, recipient=recipient, stage=stage))
    }
    assert due[congress, initial] == "rule_2"
    assert due[Recipient.REGULATOR, initial] == "rule_1"
    assert due[congress, ReportStage.FINAL] == "rule_0"


def test_given_a_report_late_in_the_evening_then_it_counts_from_the_day_of_the_jurisdiction() -> None:
    evening = datetime(2026, 3, 2, 17, tzinfo=UTC)  # one in the morning of the 3rd in Shanghai
    law = pack("law", term(1))
    here = book(law).duty(KIND, evening)
    there = book(law, zone=ZoneInfo("America/New_York")).duty(KIND, evening)
    assert here is not None
    assert there is not None
    assert (here.due, there.due) == (date(2026, 3, 4), date(2026, 3, 3))


def test_given_a_due_day_then_the_duty_is_missed_at_the_midnight_after() -> None:
    rules = book()
    duty = rules.duty_until(KIND, date(2026, 3, 5))
    assert not rules.missed(duty, datetime(2026, 3, 5, 23, 59, 59, 999999, tzinfo=SHANGHAI))
    assert rules.missed(duty, datetime(2026, 3, 6, tzinfo=SHANGHAI))
    assert rules.missed(duty, datetime(2026, 3, 5, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    "moment",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
    ],
)
def test_given_the_first_or_last_moment_there_is_then_it_still_has_a_day(moment: datetime) -> None:
    rules = book(pack("law", term(3), since=date.min))
    assert rules.day(moment) == moment.date()
    assert rules.duty(KIND, moment) is not None


def test_given_a_deadline_set_by_a_plan_then_the_duty_names_the_loop_and_no_calendar() -> None:
    congress, final = Recipient.WORKERS_CONGRESS, ReportStage.FINAL
    duty = book().duty_until(DutyKind.DUAL_REPORT, date(2026, 5, 1), recipient=congress, stage=final)
    assert duty == Duty(
        kind=DutyKind.DUAL_REPORT,
        recipient=congress,
        stage=final,
        due=date(2026, 5, 1),
        rule="plan.deadline",
        pack="hazardloop/loop@1",
        calendar="none",
        provisional=False,
    )
    assert book(pack("law", term(3, DutyKind.DUAL_REPORT))).reschedule(duty, MONDAY) is duty


def test_given_a_newer_calendar_that_moves_nothing_then_the_duty_stays_the_very_same() -> None:
    law = pack("law", term(3))
    duty = book(law).duty(KIND, MONDAY)
    assert duty is not None
    assert book(law, calendar=Weekdays("weekdays-2")).reschedule(duty, MONDAY) is duty
    assert book().reschedule(duty, MONDAY) is duty


def test_given_a_provisional_day_when_the_holidays_are_known_then_the_duty_is_rescheduled() -> None:
    law = pack("law", term(3))
    duty = book(law, calendar=Weekdays(ends=date(2026, 3, 4))).duty(KIND, MONDAY)
    assert duty is not None
    assert duty.provisional
    certain = book(law, calendar=Weekdays("weekdays-2")).reschedule(duty, MONDAY)
    assert (certain.due, certain.provisional, certain.calendar) == (duty.due, False, "weekdays-2")
    assert certain.key == duty.key


def test_given_another_number_of_days_then_the_duty_is_rescheduled_to_its_day() -> None:
    duty = book(pack("law", term(3))).duty(KIND, MONDAY)
    assert duty is not None
    assert book(pack("law", term(5))).reschedule(duty, MONDAY).due == date(2026, 3, 9)


def test_given_no_pack_that_names_it_then_the_regulator_is_not_the_only_one_to_accept() -> None:
    assert not book(pack("law")).regulator_accepts_major(MONDAY)
    accepting = pack("law", switch=Switch.MAJOR_ACCEPTANCE_BY_REGULATOR, area="61", since=date(2026, 3, 2))
    assert not book(accepting).regulator_accepts_major(MONDAY)
    assert book(accepting, area=XIAN).regulator_accepts_major(MONDAY)
    assert not book(accepting, area=XIAN).regulator_accepts_major(MONDAY - timedelta(days=1))


def test_given_a_policy_in_force_now_then_its_days_say_when_the_regulator_is_told_of_an_open_duty() -> None:
    duty = book().duty_until(KIND, date(2026, 3, 5))
    told = Escalation(days=2, counted_in=CountedIn.WORKING_DAYS)
    own = pack("own", origin=Origin.OPERATOR_POLICY, escalation=told, since=date(2026, 3, 9))
    tuesday = datetime(2026, 3, 10, tzinfo=SHANGHAI)
    assert book(own).regulator_is_told(duty, tuesday)
    assert not book(own).regulator_is_told(duty, tuesday - timedelta(microseconds=1))
    assert not book(pack("law")).regulator_is_told(duty, tuesday + timedelta(days=3000))
    later = pack("own", origin=Origin.OPERATOR_POLICY, escalation=told, since=date(2026, 3, 11))
    assert not book(later).regulator_is_told(duty, tuesday)


def test_given_a_day_then_the_rules_in_force_come_in_order_of_precedence() -> None:
    policy = pack("own", term(1), origin=Origin.OPERATOR_POLICY)
    nation, province = pack("n", term(9)), pack("p", term(8), area="32")
    gone = pack("gone", until=date(2022, 1, 1))
    found = book(policy, nation, gone, province).rules_in_force(date(2026, 3, 2))
    assert [one.pack.id for one in found] == ["p", "n", "operator-policy/own"]
    assert [one.mark for one in found] == [None, None, "policy, not law"]
    assert [one.citation for one in found] == ["p Art 1", "n Art 1", "规定 (own) (policy, not law)"]


LAWS = frozenset({Origin.STATUTE, Origin.LOCAL_REGULATION, Origin.DEPARTMENT_ORDER})

packs_of_any_kind = st.lists(
    st.builds(
        pack,
        st.text("abc", min_size=3, max_size=6),
        st.builds(term, st.integers(1, 20)),
        origin=st.sampled_from(Origin),
        area=st.sampled_from(["", "32", "3205", "320583", "61", "6101"]),
        since=st.dates(date(2026, 2, 20), date(2026, 3, 10)),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)


@settings(deadline=None)
@given(packs_of_any_kind, st.sampled_from([KUNSHAN, XIAN]))
def test_given_any_packs_then_no_other_that_reaches_the_day_goes_before_the_chosen_one(
    packs: list[RulePack], area: str
) -> None:
    reaching = {one.name: one for one in packs if area.startswith(one.area) and one.in_force_from <= MONDAY.date()}
    duty = book(*packs, area=area).duty(KIND, MONDAY)
    assert (duty is None) == (not reaching)
    if duty is None:
        return
    chosen = reaching[duty.pack]
    for other in reaching.values():
        if chosen.origin is Origin.OPERATOR_POLICY:
            assert other.origin is Origin.OPERATOR_POLICY
        if chosen.origin not in LAWS:
            assert other.origin not in LAWS
        if (chosen.origin in LAWS) == (other.origin in LAWS) and Origin.OPERATOR_POLICY is not other.origin:
            assert len(other.area) <= len(chosen.area)
            if other.area == chosen.area:
                assert other.in_force_from <= chosen.in_force_from


@settings(deadline=None)
@given(packs_of_any_kind, st.randoms(use_true_random=False))
def test_given_packs_in_any_order_then_the_choice_is_the_same(packs: list[RulePack], chance: object) -> None:
    shuffled = list(packs)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert book(*shuffled).duty(KIND, MONDAY) == book(*packs).duty(KIND, MONDAY)
