"""docs/loop.md as the code has it: tables read off the declared moves, pictures drawn by making them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from domain.actors import ANYONE, ENTERPRISE, UNION, Role
from domain.command import NOT_AHEAD, NOT_BEFORE, Command
from domain.hazard import (
    closing,
    dual_reporting,
    grading,
    inspecting,
    rectifying,
    reinspecting,
    reporting,
    rules,
)
from domain.hazard.hazard import Hazard, HazardEvent
from domain.hazard.moves import Move
from domain.hazard.words import FROM_SELF_INSPECTED, OPEN, Grade, Stage
from domain.refusals import LOOP, Rule
from tests.domain.given import Did, given
from tests.domain.hazard.roads import FAILED, FINALS, GENERAL, MAJOR, rectified, road
from tests.domain.hazard.table import ROWS

TITLES: dict[type[Command], tuple[str, str]] = {
    reporting.Report: ("report", "报告"),
    inspecting.SelfInspect: ("self-inspect", "自查"),
    inspecting.Dismiss: ("dismiss", "不予认定"),
    reporting.Transfer: ("transfer", "移送"),
    reporting.Correct: ("correct", "更正"),
    rectifying.Plan: ("plan", "制定治理方案"),
    rectifying.Extend: ("extend", "延期"),
    rectifying.RecordStep: ("step", "记录整改过程"),
    rectifying.Rectify: ("rectify", "整改完成"),
    reinspecting.Reinspect: ("re-inspect", "复查"),
    reinspecting.ApproveResumption: ("resume", "同意恢复生产"),
    dual_reporting.NotifyWorkers: ("notify workers", "告知职工"),
    dual_reporting.DualReport: ("dual-report", "双报告"),
    dual_reporting.Acknowledge: ("acknowledge", "签收"),
    closing.CloseOut: ("close out", "销号"),
    closing.Reopen: ("reopen", "重新打开"),
    grading.ChallengeGrade: ("challenge grade", "对等级提出异议"),
    grading.AnswerChallenge: ("answer a challenge", "答复异议"),
    grading.Regrade: ("regrade", "重新定级"),
    closing.CloseBeforeImport: ("import a closing", "导入既往销号"),
    closing.EraseTexts: ("erase texts", "删除文字"),
}
EVERYWHERE = {"regrade up", "regrade down", "import a closing"}
OF_EVERY_MOVE = (rules.ROLE, rules.OF_ANOTHER_ENTERPRISE, rules.STAGE, NOT_AHEAD, NOT_BEFORE)


def names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from names(part)


def spoken_of(function: Callable[..., Any], owner: type, seen: set[object]) -> Iterator[object]:
    """Everything of the domain that a function speaks of, through whatever it calls."""
    assert isinstance(function, FunctionType)
    if function in seen:
        return
    seen.add(function)
    for name in dict.fromkeys(names(function.__code__)):
        for thing in (function.__globals__.get(name), vars(rules).get(name), vars(owner).get(name)):
            if isinstance(thing, FunctionType) and thing.__module__.startswith("domain."):
                yield from spoken_of(thing, owner, seen)
            elif thing is not None and not isinstance(thing, ModuleType):
                yield thing


def decision(move: type[Command]) -> Callable[..., Any]:
    return move.decide if issubclass(move, Move) else reporting.Report.open


def events(move: type[Command]) -> list[type[HazardEvent]]:
    found = spoken_of(decision(move), move, set())
    return [one for one in found if isinstance(one, type) and issubclass(one, HazardEvent)]


def rules_of(move: type[Command]) -> list[Rule]:
    found = dict.fromkeys(one for one in spoken_of(decision(move), move, set()) if isinstance(one, Rule))
    return [rule for rule in found if rule not in OF_EVERY_MOVE]


def leads_to(event: type[HazardEvent]) -> list[Stage]:
    said = set[str]()
    waiting: list[Callable[..., Any]] = [event.apply]
    while waiting:
        for name in names(waiting.pop().__code__):
            said.add(name)
            if isinstance(called := vars(Hazard).get(name), FunctionType):
                waiting.append(called)
    return [stage for stage in Stage if stage.name in said]


def short(words: Iterable[Role | Stage], known: dict[str, frozenset[Any]]) -> str:
    """The words in their order, sets that have a name by it."""
    left, said = set(words), []
    for name, whole in known.items():
        if whole <= left:
            said.append(name)
            left -= whole
    order = [*Role, *Stage]
    return ", ".join([*said, *(f"`{word}`" for word in sorted(left, key=order.index))])


def row(move: type[Command]) -> str:
    (event,) = events(move)
    to = ", ".join(f"`{stage}`" for stage in leads_to(event)) or "unchanged"
    by = short(move.roles, {"anyone": ANYONE, "enterprise": ENTERPRISE, "union": UNION})
    if issubclass(move, Move):
        stages = {"any": frozenset(Stage), "any open": OPEN, "any open from `self_inspected` on": FROM_SELF_INSPECTED}
        from_ = short(move.stages, stages)
        if more := move.record_stages - move.stages:
            from_ += f"; of a record also {short(more, stages)}"
        by = f"the reporter, {by}" if move.reporter_may else by
    else:
        from_, to = "–", f"`{Stage.REPORTED}`"
    checks = ", ".join(f"`{rule.id}`" for rule in rules_of(move))
    english, chinese = TITLES[move]
    seen = "yes" if move.replaces else ""
    return f"| {english} | {chinese} | {from_} | {by} | `{event.name}` | {to} | {checks} | {seen} |"


def table() -> str:
    head = "| move | 动作 | from | by | event | to | rules | `If-Match` |"
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *map(row, TITLES)])


def rules_table() -> str:
    declared = [rule for rule in vars(rules).values() if isinstance(rule, Rule)]
    every = dict.fromkeys([*OF_EVERY_MOVE, *declared])
    sources = {LOOP: "this page"}
    lines = [f"| `{rule.id}` | {rule.says} | {sources.get(rule.source, rule.source)} |" for rule in every]
    return "\n".join(["| rule | says | source |", "|---|---|---|", *lines])


def drawn(grade: Grade) -> dict[tuple[Stage, Stage], list[str]]:
    """The moves that lead from one stage to another, by making them."""
    tried: list[tuple[str, Stage, list[Did], Did]] = []
    for one in ROWS:
        if one.grade is grade and one.name not in EVERYWHERE:
            name = "re-inspect (passed)" if one.name == "re-inspect" else one.name
            tried += [(name, at, [*one.at(at)], Did(one.by, one.move)) for at in one.stages]
    tried.append(("re-inspect (failed)", Stage.RECTIFIED, [*road(Stage.RECTIFIED, grade)], FAILED))
    if grade is MAJOR:
        past = [*road(Stage.VERIFIED, MAJOR), *FINALS[:-1]]
        tried.append(("acknowledge (the second final)", Stage.VERIFIED, past, FINALS[-1]))
    else:
        spot = [*road(Stage.SELF_INSPECTED), rectified(on_the_spot=True)]
        tried.append(("re-inspect (failed, no plan)", Stage.RECTIFIED, spot, FAILED))
    edges: dict[tuple[Stage, Stage], list[str]] = {}
    for name, start, past, last in tried:
        end = given(past).when(last.command, by=last.by).hazard.stage
        if end is not start:
            edges.setdefault((start, end), []).append(name)
    return edges


def picture(grade: Grade) -> str:
    order = list(Stage)
    edges = sorted(drawn(grade).items(), key=lambda edge: [order.index(stage) for stage in edge[0]])
    lines = [f"    {start} --> {end}: {' · '.join(how)}" for (start, end), how in edges]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> reported: report", *lines, "```"])


BLOCKS: dict[str, Callable[[], str]] = {
    "a general hazard": lambda: picture(GENERAL),
    "a major hazard": lambda: picture(MAJOR),
    "moves": table,
    "rules": rules_table,
}
