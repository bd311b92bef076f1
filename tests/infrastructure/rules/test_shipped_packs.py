"""What was due there and then, by the packs as they are shipped."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.hazard.words import Recipient, ReportStage
from domain.rules.duties import Duty, DutyKind
from domain.rules.pack import Origin, Seen, is_policy
from domain.rules.rulebook import Rulebook
from infrastructure.rules.loader import load_packs, rulebook

SHANGHAI = ZoneInfo("Asia/Shanghai")
KUNSHAN = rulebook("320583", "Asia/Shanghai")
XIAN = rulebook("610102", "Asia/Shanghai")
SHAANXI = rulebook("610000", "Asia/Shanghai")


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def initial(rules: Rulebook, found: datetime, recipient: Recipient = Recipient.REGULATOR) -> Duty | None:
    return rules.duty(DutyKind.DUAL_REPORT, found, recipient=recipient, stage=ReportStage.INITIAL)


def first_cited(rules: Rulebook, id: str, on: date) -> str | None:
    return next((found.citation for found in rules.rules_in_force(on) if found.rule.id == id), None)


@pytest.mark.parametrize(
    ("found", "due"),
    [
        (at(2018, 9, 27), date(2018, 9, 30)),  # Friday, and a weekend that was worked
        (at(2018, 9, 28), date(2018, 10, 8)),  # worked weekend, then the holidays
        (at(2018, 9, 29), date(2018, 10, 9)),
        (at(2018, 10, 3), date(2018, 10, 10)),
        (at(2018, 9, 29, hour=23) + timedelta(hours=2), date(2018, 10, 10)),  # after midnight it is the 30th
    ],
)
def test_given_a_major_hazard_in_xian_around_national_day_2018_then_the_report_is_due_in_3_working_days(
    found: datetime, due: date
) -> None:
    duty = initial(XIAN, found)
    assert duty is not None
    assert (duty.due, duty.rule, duty.pack) == (due, "dual_report.initial", "cn-61/dual-report-2018@1")
    assert not duty.provisional
    assert not is_policy(duty.pack)


def test_given_the_day_shaanxi_began_then_there_is_no_number_the_day_before() -> None:
    assert initial(SHAANXI, at(2018, 8, 6, hour=23)) is None
    began = initial(SHAANXI, at(2018, 8, 7, hour=0))
    assert began is not None
    assert began.due == date(2018, 8, 10)


def test_given_kunshan_then_no_law_gives_a_number_and_what_is_due_is_policy_not_law() -> None:
    assert initial(KUNSHAN, at(2018, 9, 28)) is None
    duty = initial(KUNSHAN, at(2026, 9, 28))
    assert duty is not None
    assert (duty.due, duty.pack) == (date(2026, 10, 8), "operator-policy@1")
    assert is_policy(duty.pack)


def test_given_xian_today_then_the_regulators_number_is_the_provinces_and_the_congresss_is_policy() -> None:
    regulator, congress = (initial(XIAN, at(2026, 3, 2), recipient) for recipient in Recipient)
    assert regulator is not None
    assert congress is not None
    assert (regulator.due, regulator.pack) == (date(2026, 3, 5), "cn-61/dual-report-2018@1")
    assert (congress.due, congress.pack) == (date(2026, 3, 5), "operator-policy@1")


def test_given_a_deadline_that_crosses_into_2027_then_it_is_computed_over_weekdays_and_provisional() -> None:
    before, across = initial(KUNSHAN, at(2026, 12, 28)), initial(KUNSHAN, at(2026, 12, 30))
    assert before is not None
    assert across is not None
    assert (before.due, before.provisional) == (date(2026, 12, 31), False)
    assert (across.due, across.provisional) == (date(2027, 1, 4), True)


@pytest.mark.parametrize("kind", [DutyKind.SELF_INSPECTION, DutyKind.PLAN, DutyKind.ACKNOWLEDGEMENT, DutyKind.ANSWER])
def test_given_the_default_policy_then_each_duty_without_a_legal_number_has_one_from_its_first_day(
    kind: DutyKind,
) -> None:
    duty = KUNSHAN.duty(kind, at(2026, 1, 1, hour=0))
    assert duty is not None
    assert is_policy(duty.pack)
    assert KUNSHAN.duty(kind, at(2025, 12, 31, hour=23)) is None


def test_given_a_final_report_or_its_acknowledgement_then_both_recipients_have_a_day() -> None:
    for kind in (DutyKind.DUAL_REPORT, DutyKind.ACKNOWLEDGEMENT):
        for recipient in Recipient:
            assert KUNSHAN.duty(kind, at(2026, 3, 2), recipient=recipient, stage=ReportStage.FINAL) is not None


def test_given_a_rectification_then_only_its_plan_names_a_day() -> None:
    assert KUNSHAN.duty(DutyKind.RECTIFICATION, at(2026, 3, 2)) is None


@pytest.mark.parametrize(
    ("rules", "on", "source"),
    [
        (KUNSHAN, date(2017, 7, 30), None),
        (KUNSHAN, date(2017, 7, 31), "厅字〔2017〕23号 part 3"),
        (KUNSHAN, date(2021, 8, 31), "厅字〔2017〕23号 part 3"),
        (KUNSHAN, date(2021, 9, 1), "安全生产法 (2021) Art 41"),
        (XIAN, date(2021, 8, 31), "陕西省“双报告”制度 (2018) Art 2"),
        (XIAN, date(2021, 9, 1), "安全生产法 (2021) Art 41"),
    ],
)
def test_given_a_day_then_the_dual_report_rests_on_what_was_in_force_then(
    rules: Rulebook, on: date, source: str | None
) -> None:
    assert first_cited(rules, "dual_report", on) == source


def test_given_what_is_only_recalled_then_it_is_cited_as_unverified() -> None:
    assert first_cited(KUNSHAN, "resumption.review", date(2026, 1, 1)) == "SAWS Order 16 (2007) Art 23 (unverified)"
    assert first_cited(KUNSHAN, "dual_report.origin", date(2026, 1, 1)) == "中发〔2016〕32号 (unverified)"


def test_given_the_shipped_packs_then_no_rule_names_acceptance_of_every_major_hazard_by_the_regulator() -> None:
    for rules in (KUNSHAN, XIAN):
        assert not rules.regulator_accepts_major(at(2026, 3, 2))


def test_given_the_shipped_packs_then_numbers_come_from_shaanxi_and_from_the_operator_alone() -> None:
    dated = {pack.name for pack in load_packs() for rule in pack.rules if rule.due}
    assert dated == {"cn-61/dual-report-2018@1", "operator-policy@1"}


def test_given_the_shipped_packs_then_every_law_has_a_source_and_few_are_recalled() -> None:
    laws = [pack for pack in load_packs() if pack.origin is not Origin.OPERATOR_POLICY]
    sources = {rule.id: rule.source for pack in laws for rule in pack.rules}
    assert {id for id, source in sources.items() if source and source.seen is Seen.RECALLED} == {
        "grading.major.by_industry",
        "resumption.review",
        "dual_report.origin",
    }
