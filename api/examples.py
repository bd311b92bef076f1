"""API: an example for every request body, made on the day it is served, so that its days lie ahead.

They are valid as they stand. Sent in the loop's order, with the hazard's id put into the path, those
named `general` and `major` take one hazard of each grade from report to close-out; first the
example's enterprise is registered and the example's evidence stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from domain.hazard.words import Recipient, ReportStage

Examples = Mapping[str, dict[str, Any]]

USCC = "91320583MA1WXYRC06"
OTHER_USCC = "91320583MA1XABCD53"

FILE = "A photo or a paper, as it is: the name it is stored under is the SHA-256 of these bytes."
PHOTO = hashlib.sha256(FILE.encode()).hexdigest()

WITNESS = "congress.example/320583+737870a0+BLmGORdOrFAgyQH/HiFCl5eHLRvJboY1njOEAcf8XZ/4"

LEDGER = """\
编号,单位名称,隐患描述,检查日期,隐患等级,整改期限,整改责任人,完成日期
1,示例精密机械有限公司,二车间安全出口被货物堵塞,2025-03-03,一般,2025-03-10,张三,2025-03-05
2,示例精密机械有限公司,除尘系统未设置泄爆装置,2025年3月3日,重大,2025-04-30,张三、李四,
"""
"""A ledger as enterprises keep them."""

MAPPING = """\
source = "隐患台账"
identity = ["编号"]

[dates]
formats = ["%Y-%m-%d", "%Y年%m月%d日"]

[enterprise]
placeholder = ["单位名称"]
fields = { enterprise_name = "单位名称" }

[[moves]]
move = "report"
occurred_at = "检查日期"
fields = { channel = { constant = "self_check" }, description = "隐患描述" }

[[moves]]
move = "self_inspect"
occurred_at = "检查日期"
fields = { grade = { column = "隐患等级", map = { "一般" = "general", "重大" = "major" } } }

[[moves]]
move = "plan"
occurred_at = "检查日期"
when = [{ column = "整改期限", filled = true }]
fields = { deadline = "整改期限", organisation_and_people = { people = "整改责任人" } }

[[moves]]
move = "rectify"
occurred_at = "完成日期"
when = [{ column = "完成日期", filled = true }]
"""
"""How it is to be read."""

SIX_ITEMS = {
    "goals_and_tasks": "加装泄爆装置并通过验收",
    "methods_and_measures": "停产改造除尘系统, 按设计加装泄爆片与隔爆阀",
    "funds_and_materials": "30 万元; 泄爆片 6 套, 隔爆阀 2 台",
    "organisation_and_people": "设备科负责, 安全科配合",
    "time_and_requirements": "一个月内完成, 每周检查进度",
    "safety_measures_and_emergency_plan": "改造期间断电上锁, 现场专人监护, 备有应急预案",
}


def examples(today: date) -> Mapping[str, Examples]:
    """Every command's examples by name, under the name of the command."""
    day = _days_after(today)
    consent = {"by": "regulator", "reference": "应急延〔2026〕12号", "evidence": [PHOTO]}
    said_at = f"{day(-1)}T08:00:00+08:00"
    plan = {"methods_and_measures": "清理安全出口, 划定禁放区", "deadline": day(30)}
    return {
        "Register": {"enterprise": _register(USCC), "other": _register(OTHER_USCC)},
        "RegisterWitness": {"congress": {"verifier_key": WITNESS}},
        "Change": {"enterprise": {"crowded": True}},
        "Close": {"enterprise": {}},
        "Report": {"general": _report(said_at), "major": _report_major(said_at)},
        "SelfInspect": {"general": {"grade": "general", "cause": "临时堆放货物"}, "major": _inspection_of_a_major()},
        "Dismiss": {
            "general": {"reason": "重复上报"},
            "major": {"reason": "经核查不构成隐患", "consent": consent},
        },
        "Transfer": _both({"enterprise_uscc": OTHER_USCC, "reason": "该设备属另一家企业"}),
        "Correct": _both({"field": "place", "value": "三车间除尘间", "reason": "地点填写有误"}),
        "Plan": {"general": plan, "major": {**SIX_ITEMS, "deadline": day(30)}},
        "Extend": {
            "general": {"new_deadline": day(45), "reason": "货架到货延迟"},
            "major": {"new_deadline": day(60), "reason": "设备交货延迟", "consent": consent},
        },
        "RecordStep": {
            "general": {"note": "出口已清理", "measure": "划线并张贴禁放标识", "cost": "200.00"},
            "major": {"note": "泄爆片已安装", "measure": "安装 6 套", "cost": "185000.00", "evidence": [PHOTO]},
        },
        "Rectify": {
            "general": {"note": "整改完成", "evidence": [PHOTO]},
            "major": {"note": "改造完成, 试运行正常", "evidence": [PHOTO]},
            "general_on_the_spot": {"on_the_spot": True, "evidence": [PHOTO]},
        },
        "Reinspect": {
            "general": {"result": "passed", "findings": "出口畅通"},
            "major": {"result": "passed", "findings": "泄爆与隔爆装置符合要求", "evidence": [PHOTO]},
            "failed": {"result": "failed", "findings": "隔爆阀未接地"},
        },
        "NotifyWorkers": {
            "general": {"channel": "notice_board", "note": "车间公告栏"},
            "major": {"channel": "workers_congress", "note": "职代会通报"},
        },
        "DualReport": {
            f"major_{stage}_{recipient}": _dual_report(stage, recipient)
            for stage in (ReportStage.FINAL, ReportStage.INITIAL, ReportStage.PROGRESS)
            for recipient in Recipient
        },
        "Acknowledge": {
            "major": {"stage": "final"},
            "major_initial": {"stage": "initial"},
            "major_on_paper": {"stage": "final", "note": "纸质回执", "evidence": [PHOTO]},
        },
        "ApproveResumption": {"major": {"findings": "现场复核合格, 同意恢复生产", "evidence": [PHOTO]}},
        "ChallengeGrade": _both(
            {"reasons": "涉爆粉尘, 应按重大事故隐患判定", "criteria_clause": "工贸判定标准 第十一条"}
        ),
        "AnswerChallenge": _both({"reasons": "粉尘量低于判定标准"}),
        "Regrade": {
            "general": {"grade": "major", "reasons": "符合判定标准", "criteria_clause": "工贸判定标准 第十一条"},
            "major": {"grade": "general", "reasons": "不再涉爆"},
        },
        "CloseOut": _both({"note": "资料齐全"}),
        "Reopen": _both({"reason": "再次发现同一隐患"}),
        "EraseTexts": _both({"legal_basis": "个人信息保护法 第四十七条"}),
    }


def _days_after(today: date) -> Any:
    return lambda days: (today + timedelta(days=days)).isoformat()


def _both(body: dict[str, Any]) -> Examples:
    return {"general": body, "major": body}


def _register(uscc: str) -> dict[str, Any]:
    return {
        "uscc": uscc,
        "enterprise_name": "示例精密机械有限公司",
        "industry_code": "34",
        "three_in_one": False,
        "crowded": False,
        "union_organisation": "示例镇总工会",
    }


def _report(said_at: str) -> dict[str, Any]:
    return {
        "enterprise_uscc": USCC,
        "description": "二车间安全出口被货物堵塞",
        "place": "二车间东侧",
        "location": {"latitude": 31.385, "longitude": 120.98},
        "category": "unsafe_condition",
        "channel": "snap",
        "occurred_at": said_at,
    }


def _report_major(said_at: str) -> dict[str, Any]:
    return {
        "enterprise_uscc": USCC,
        "description": "除尘系统未设置泄爆装置",
        "place": "抛光车间除尘间",
        "category": "unsafe_condition",
        "channel": "inspection",
        "reported_as": "major",
        "occurred_at": said_at,
    }


def _inspection_of_a_major() -> dict[str, Any]:
    return {
        "grade": "major",
        "cause": "设计缺陷",
        "harm": "粉尘爆炸",
        "criteria_clause": "工贸判定标准 第十一条",
        "interim_measures": "立即停产, 清扫积尘",
        "suspended": True,
        "evacuated": True,
    }


def _dual_report(stage: ReportStage, recipient: Recipient) -> dict[str, Any]:
    return {
        "recipient": recipient,
        "stage": stage,
        "present_state": "铝镁粉尘除尘系统, 涉及 12 人",
        "cause": "设计缺陷",
        "harm": "爆炸",
        "difficulty": "须停产改造",
    }
