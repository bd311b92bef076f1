"""A rule pack says where each number comes from, and can't say what nobody has read."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.rules.pack import RulePack, is_policy

DUE = {"kind": "self_inspection", "days": 3, "counted_in": "working_days", "since": "report"}
READ = {"law": "某法", "article": "Art 1", "seen": "read"}
TITLE = {"zh": "某法", "en": "Some law"}


def pack(*rules: dict[str, Any], **changed: object) -> dict[str, Any]:
    said = [
        {"id": f"rule_{n}", "zh": "说", "en": "says", "source": READ, **rule} for n, rule in enumerate(rules or ({},))
    ]
    return {
        "id": "cn/some-law",
        "version": 1,
        "area": "",
        "in_force_from": date(2021, 9, 1),
        "origin": "statute",
        "title": TITLE,
        "rules": said,
        **changed,
    }


def policy(*rules: dict[str, Any], **changed: object) -> dict[str, Any]:
    unsourced = ({"source": None, **rule} for rule in rules or ({},))
    return pack(*unsourced, **{"id": "operator-policy", "origin": "operator_policy", **changed})


def refusal(given: dict[str, Any]) -> tuple[str, tuple[int | str, ...]]:
    with pytest.raises(ValidationError) as refused:
        RulePack.model_validate(given)
    (error,) = refused.value.errors(include_url=False)
    return error["type"], error["loc"]


def test_given_a_number_whose_source_was_read_or_quoted_then_a_law_may_give_it() -> None:
    for seen in ("read", "second_hand"):
        given = pack({"due": DUE, "source": {**READ, "seen": seen}})
        assert RulePack.model_validate(given).rules[0].due is not None


@pytest.mark.parametrize("effect", [{"due": DUE}, {"switch": "major_acceptance_by_regulator"}])
def test_given_a_source_that_is_only_recalled_then_it_makes_nothing_due_and_turns_nothing_on(
    effect: dict[str, Any],
) -> None:
    recalled = {**READ, "seen": "recalled"}
    assert refusal(pack({"source": recalled, **effect})) == ("rule_recalled", ())
    RulePack.model_validate(pack({"source": recalled}))


def test_given_a_number_without_a_source_then_only_an_operators_policy_may_hold_it() -> None:
    assert refusal(pack({"due": DUE, "source": None})) == ("rule_unsourced", ())
    assert RulePack.model_validate(policy({"due": DUE})).rules[0].due is not None


def test_given_an_operators_policy_then_it_can_cite_no_law() -> None:
    assert refusal(policy({"due": DUE, "source": READ})) == ("policy_source", ())


def test_given_the_name_of_a_pack_then_it_tells_policy_from_law() -> None:
    assert is_policy(RulePack.model_validate(policy()).name)
    assert is_policy(RulePack.model_validate(policy(id="operator-policy/kunshan", version=7)).name)
    assert not is_policy(RulePack.model_validate(pack()).name)
    assert refusal(policy(id="cn/some-law")) == ("policy_id", ())
    assert refusal(pack(id="operator-policy")) == ("policy_id", ())


def test_given_two_rules_of_one_id_then_the_pack_is_refused() -> None:
    assert refusal(pack({"id": "dual_report"}, {"id": "dual_report"})) == ("rule_twice", ())


def test_given_a_report_stage_on_a_duty_that_is_no_report_then_the_term_is_refused() -> None:
    assert refusal(pack({"due": {**DUE, "stage": "final"}})) == ("term_of_no_report", ("rules", 0, "due"))
    RulePack.model_validate(pack({"due": {**DUE, "kind": "acknowledgement", "stage": "final"}}))


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"area": "3"}, "area"),
        ({"area": "昆山"}, "area"),
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"id": "CN LAW"}, "id"),
        ({"in_force_from": 2026}, "in_force_from"),
        ({"in_force_from": "soon"}, "in_force_from"),
        ({"origin": "rumour"}, "origin"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_given_a_field_that_does_not_fit_then_the_refusal_names_it(changed: dict[str, Any], where: str) -> None:
    assert refusal(pack(**changed))[1] == (where,)


@pytest.mark.parametrize("days", [0, -1, 3661, 2.5, True, "3", float("nan")])
def test_given_a_number_of_days_that_is_none_then_it_is_refused(days: object) -> None:
    assert refusal(pack({"due": {**DUE, "days": days}}))[1] == ("rules", 0, "due", "days")


def test_given_dates_then_the_last_one_is_the_first_day_out_of_force() -> None:
    given = RulePack.model_validate(pack(in_force_until=date(2022, 1, 1)))
    assert [given.in_force(date(*day)) for day in ((2021, 8, 31), (2021, 9, 1), (2021, 12, 31), (2022, 1, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert refusal(pack(in_force_until=date(2021, 9, 1))) == ("pack_dates", ())


def test_given_an_operator_without_numbers_then_the_policy_may_be_empty() -> None:
    assert RulePack.model_validate({**policy(), "rules": []}).rules == ()
