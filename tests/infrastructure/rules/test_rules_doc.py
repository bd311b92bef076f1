"""docs/rules.md shows every shipped rule with its source and mark, and none besides."""

from pathlib import Path

from domain.hazard.words import Recipient, ReportStage
from domain.rules.clauses import MajorClauses
from domain.rules.duties import DutyKind
from domain.rules.pack import (
    POLICY_NOT_LAW,
    UNVERIFIED,
    CountedIn,
    Escalation,
    Origin,
    Provision,
    RulePack,
    Seen,
    Since,
    Switch,
    Term,
)
from infrastructure.rules.loader import load_packs

DOC = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
BEGIN, END = "<!-- shipped rules -->\n", "<!-- end of shipped rules -->"
SHOWN = {Seen.READ: "read", Seen.SECOND_HAND: "second-hand", Seen.RECALLED: UNVERIFIED}


def due(term: Term | None) -> str:
    if term is None:
        return ""
    what = " ".join([*filter(None, (term.stage, term.kind)), *(["to", term.recipient] if term.recipient else [])])
    return f"{what}: {term.days} {term.counted_in} from {term.since}".replace("_", " ")


def told(after: Escalation | None) -> str:
    return f"told to the regulator: {after.days} {after.counted_in} after its day".replace("_", " ") if after else ""


def major(clauses: MajorClauses | None) -> str:
    return f"nothing; lists {len(clauses.articles)} articles as major" if clauses else ""


def row(rule: Provision) -> str:
    source = f"{rule.source.law} {rule.source.article}".strip() if rule.source else "the operator"
    mark = SHOWN[rule.source.seen] if rule.source else POLICY_NOT_LAW
    makes = due(rule.due) or told(rule.escalation) or major(rule.major_clauses)
    return f"| `{rule.id}` | {rule.zh} | {rule.en} | {source} | {mark} | {makes} |"


def section(pack: RulePack) -> str:
    where = f"area {pack.area}" if pack.area else "the whole country"
    until = f" until {pack.in_force_until}" if pack.in_force_until else ""
    kind = pack.origin.replace("_", " ").capitalize()
    about = f"{pack.title.zh} · {pack.title.en}. {kind}, {where}, in force from {pack.in_force_from}{until}."
    table = [
        "| rule | 内容 | what it says | source | mark | makes due |",
        "|---|---|---|---|---|---|",
        *map(row, pack.rules),
    ]
    return "\n".join([f"### `{pack.name}`", "", about, "", *table, ""])


def test_given_the_shipped_packs_then_the_tables_in_the_docs_are_these_rules() -> None:
    shown = DOC.partition(BEGIN)[2].partition(END)[0]
    assert shown == "\n".join(map(section, load_packs()))


def test_given_what_a_policy_may_say_then_the_docs_name_every_word_of_it() -> None:
    words = [*Origin, *Seen, *CountedIn, *Since, *Switch, *DutyKind, *Recipient, *ReportStage]
    assert [word for word in words if f"`{word}`" not in DOC] == []
    models = (RulePack, Provision, Term, Escalation, MajorClauses)
    fields = [field for model in models for field in model.model_fields]
    assert [field for field in fields if f"`{field}`" not in DOC] == []
