"""A hazard is struck off the ledger, brought back to it, or was closed before it was imported."""

import pytest

from domain.actors import ENTERPRISE, Actor, Role
from domain.erasable import Erasable
from domain.hazard import rules
from domain.hazard.closing import (
    CloseBeforeImport,
    ClosedBeforeImport,
    ClosedOut,
    CloseOut,
    EraseTexts,
    Reopen,
    Reopened,
    TextsErased,
)
from domain.hazard.hazard import Hazard
from domain.hazard.reinspecting import ApproveResumption
from domain.hazard.words import Grade, Stage
from domain.refusals import NotAllowed, WrongStage
from tests.domain.given import ACTORS, did, given, state
from tests.domain.hazard.roads import (
    CONGRESS,
    GENERAL,
    MAJOR,
    NOTIFIED,
    PHOTO,
    REGULATOR,
    REPORTER,
    Past,
    Said,
    received,
    road,
    sent,
    text,
)

OFFICER, INSPECTOR, AUTHORITY = (
    ACTORS[role] for role in (Role.ENTERPRISE_OFFICER, Role.UNION_INSPECTOR, Role.REGULATOR)
)
why = text("it leaks again")


@pytest.mark.parametrize("role", sorted(ENTERPRISE))
def test_given_a_general_hazard_verified_and_workers_told_when_closed_out_then_closed(role: Role) -> None:
    said: Said = {"note": text("done"), "evidence": (PHOTO,)}
    past = [*road(Stage.VERIFIED), NOTIFIED]
    given(past).when(CloseOut(**said), by=ACTORS[role]).then(ClosedOut, **said).at(Stage.CLOSED)


@pytest.mark.parametrize("by", [INSPECTOR, AUTHORITY], ids=lambda actor: actor.role)
def test_given_both_receipts_when_a_major_hazard_is_closed_out_then_closed(by: Actor) -> None:
    given(road(Stage.DUAL_REPORTED, MAJOR), NOTIFIED).when(CloseOut(), by=by).then(ClosedOut).at(Stage.CLOSED)


def test_given_both_receipts_when_the_enterprise_closes_a_major_hazard_out_then_refused() -> None:
    given(road(Stage.DUAL_REPORTED, MAJOR), NOTIFIED).when(CloseOut(), by=OFFICER).refused(
        rules.MAJOR_CLOSER, as_=NotAllowed
    )


SHORT_OF_BOTH: dict[str, Past] = {
    "nothing sent": [],
    "one sent": [sent(REGULATOR)],
    "both sent": [sent(REGULATOR), sent(CONGRESS)],
    "only the regulator's receipt": [sent(REGULATOR), sent(CONGRESS), received(REGULATOR)],
    "only the congress's receipt": [sent(REGULATOR), sent(CONGRESS), received(CONGRESS)],
}


@pytest.mark.parametrize("finals", SHORT_OF_BOTH.values(), ids=SHORT_OF_BOTH)
@pytest.mark.parametrize("by", [OFFICER, INSPECTOR, AUTHORITY], ids=lambda actor: actor.role)
def test_given_a_receipt_is_missing_when_a_major_hazard_is_closed_out_then_refused(by: Actor, finals: Past) -> None:
    past = [*road(Stage.VERIFIED, MAJOR), NOTIFIED, *finals]
    given(past).when(CloseOut(), by=by).refused(rules.BOTH_RECEIPTS, as_=WrongStage)


WAYS = {GENERAL: (Stage.VERIFIED, OFFICER), MAJOR: (Stage.DUAL_REPORTED, AUTHORITY)}


@pytest.mark.parametrize("grade", list(Grade))
def test_given_the_workers_were_not_told_when_closed_out_then_refused(grade: Grade) -> None:
    stage, by = WAYS[grade]
    given(road(stage, grade)).when(CloseOut(), by=by).refused(rules.WORKERS_TOLD)


@pytest.mark.parametrize("grade", list(Grade))
def test_given_work_is_suspended_when_closed_out_then_refused_until_resumption_is_approved(grade: Grade) -> None:
    stage, by = WAYS[grade]
    past = [*road(stage, grade, suspended=True), NOTIFIED]
    given(past).when(CloseOut(), by=by).refused(rules.RESUMPTION_FIRST)
    given(past, did(AUTHORITY, ApproveResumption())).when(CloseOut(), by=by).then(ClosedOut).at(Stage.CLOSED)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.DISMISSED])
@pytest.mark.parametrize("role", [Role.UNION_INSPECTOR, Role.HIGHER_UNION, Role.REGULATOR, None])
@pytest.mark.parametrize("grade", list(Grade))
def test_given_it_is_done_with_when_reopened_then_the_next_round_begins(
    grade: Grade, role: Role | None, stage: Stage
) -> None:
    by = ACTORS[role] if role else REPORTER
    outcome = given(road(stage, grade)).when(Reopen(reason=why, evidence=(PHOTO,)), by=by)
    outcome.then(Reopened, reason=why, evidence=(PHOTO,)).at(Stage.REPORTED)
    assert outcome.hazard.round == 2
    assert outcome.hazard.grade is (MAJOR if grade is MAJOR else None), "a major grade stays until regraded"


def test_given_another_worker_reported_it_when_a_worker_reopens_it_then_refused() -> None:
    given(road(Stage.CLOSED)).when(Reopen(reason=why), by=ACTORS[Role.WORKER]).refused(rules.ROLE, as_=NotAllowed)


@pytest.mark.parametrize("stage", sorted(Stage))
def test_given_any_stage_when_a_record_says_it_was_closed_then_closed(stage: Stage) -> None:
    said: Said = {"source": "HPD violations", "outcome": text("dismissed")}
    given(road(stage, MAJOR)).when(CloseBeforeImport(**said), by=ACTORS[Role.IMPORTER]).then(
        ClosedBeforeImport, **said
    ).at(Stage.CLOSED)


@pytest.mark.parametrize("stage", sorted(Stage))
def test_given_any_stage_when_texts_are_erased_then_the_stage_is_unchanged(stage: Stage) -> None:
    basis = "个人信息保护法 Art 47"
    given(road(stage, MAJOR)).when(EraseTexts(legal_basis=basis), by=ACTORS[Role.ADMINISTRATOR]).then(
        TextsErased, legal_basis=basis
    ).at(stage)


def test_given_the_texts_are_gone_when_replayed_then_nothing_else_is_lost() -> None:
    outcome = given(road(Stage.DUAL_REPORTED, MAJOR), NOTIFIED).when(CloseOut(), by=AUTHORITY)
    gone = [
        event.model_copy(
            update={
                name: Erasable(None) for name in type(event).model_fields if isinstance(getattr(event, name), Erasable)
            }
        )
        for event in [*outcome.past, *outcome.events]
    ]
    assert state(Hazard.fold(gone)) == state(outcome.hazard)
