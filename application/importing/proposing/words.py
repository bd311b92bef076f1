"""Importing: the words by which ledgers call what the loop knows, Chinese and English: those of docs/glossary.md first.

Words, not rules: what a column is called only proposes what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

HEADERS: Mapping[str, str] = {
    "identity": (
        "隐患编号 编号 序号 记录编号 问题编号 | id, no, number, nr, case number, complaint number, violation id"
    ),
    "enterprise.uscc": "统一社会信用代码 社会信用代码 信用代码 | uscc",
    "enterprise.enterprise_name": (
        "单位名称 企业名称 公司名称 被检查单位 受检单位 责任单位 生产经营单位 单位 企业 | enterprise, "
        "company, establishment, employer, owner name"
    ),
    "enterprise.industry_code": "行业代码 国民经济行业代码 | industry code",
    "report.occurred_at": (
        "排查日期 排查时间 检查日期 检查时间 发现日期 发现时间 上报日期 上报时间 隐患发现时间 登记日期 | "
        "date found, found, found on, date opened, date reported, reported on, date entered, inspection date"
    ),
    "report.description": (
        "隐患描述 隐患内容 隐患情况 隐患名称 事故隐患 隐患 存在问题 问题描述 存在的问题 检查发现的问题 "
        "主要隐患 问题隐患 描述 | description, hazard, finding, violation description, summary, what"
    ),
    "report.place": "部位 隐患部位 所在部位 地点 隐患地点 场所 检查部位 位置 | place, location, site, where, address",
    "report.category": "隐患类别 隐患类型 类别 | category, type of hazard",
    "report.channel": (
        "排查方式 检查方式 隐患来源 来源 检查类型 排查类型 上报方式 | channel, source, reported by way of"
    ),
    "self_inspect.occurred_at": "定级日期 评估日期 | date graded, date issued, issuance date",
    "self_inspect.grade": "隐患等级 等级 隐患级别 级别 隐患分级 风险等级 | grade, class, severity, level",
    "self_inspect.cause": "原因 产生原因 原因分析 隐患成因 形成原因 | cause, reason",
    "self_inspect.harm": "可能后果 危害 可能导致的后果 后果 | harm, consequence",
    "self_inspect.criteria_clause": "判定依据 判定标准 检查依据 法规依据 | criteria, standard, clause",
    "plan.occurred_at": (
        "整改通知日期 通知日期 下达日期 下达时间 整改通知时间 交办日期 | date assigned, assigned, date of notice"
    ),
    "plan.deadline": (
        "整改期限 整改时限 限期 完成期限 期限 计划完成时间 计划完成日期 要求完成时间 整改截止日期 | "
        "deadline, due, due date, abatement due date, correct by"
    ),
    "plan.methods_and_measures": "整改措施 治理措施 措施 整改要求 整改方案 | measures, corrective action, action",
    "plan.funds_and_materials": "整改资金 治理资金 资金 投入资金 整改费用 | funds, cost, budget",
    "plan.people": "整改责任人 责任人 整改负责人 负责人 | responsible, person responsible, responsible person, owner",
    "plan.organisation": "整改责任部门 责任部门 整改部门 整改单位 | department, responsible department",
    "extend.occurred_at": "延期日期 延期申请日期 | date of extension",
    "extend.new_deadline": "延期至 延期后期限 | extended to, new deadline",
    "extend.reason": "延期原因 延期理由 | reason of extension",
    "rectify.occurred_at": (
        "整改完成日期 整改完成时间 完成日期 完成时间 实际完成时间 实际完成日期 整改日期 整改时间 | "
        "date rectified, rectified on, completed, date completed, date corrected, certified date"
    ),
    "rectify.note": "整改情况 整改结果 整改落实情况 整改完成情况 | rectification, result of rectification",
    "reinspect.occurred_at": (
        "复查日期 复查时间 验收日期 验收时间 复验日期 | date re-inspected, re-inspection date, date verified"
    ),
    "reinspect.result": "复查结果 验收结果 复查结论 验收结论 复查情况 是否合格 | re-inspection result, verification",
    "reinspect.findings": "复查意见 验收意见 | findings, remarks of re-inspection",
    "notify_workers.occurred_at": "告知日期 告知时间 公示日期 | date workers were told",
    "notify_workers.channel": "告知方式 公示方式 | workers' notice",
    "close_before_import.occurred_at": (
        "销号日期 销号时间 闭环日期 闭环时间 关闭日期 结案日期 | date closed, closed, closed on, "
        "case closed, disposition date, close date"
    ),
    "close_before_import.outcome": "状态 整改状态 闭环状态 隐患状态 当前状态 | status, case status, outcome",
    "nobody's": (
        "检查人 检查人员 排查人 排查人员 上报人 发现人 复查人 复查人员 验收人 验收人员 填报人 联系人 "
        "联系电话 电话 手机 手机号 身份证号 | inspector, reported by, contact, phone, telephone, mobile, "
        "email"
    ),
}
"""For each target the words its column goes by: Chinese ones divided by blanks, English ones by commas.

`plan.people` and `plan.organisation` make up one field; `nobody's` are people the loop has no field for.
"""

VALUES: Mapping[str, Mapping[str, str]] = {
    "report.category": {
        "unsafe_condition": "物的危险状态 物的不安全状态 设备设施 设施设备 场所环境 现场管理类",
        "unsafe_act": "人的不安全行为 违章作业 违章行为 从业人员操作行为",
        "management_defect": "管理上的缺陷 管理缺陷 基础管理 安全管理 管理类",
    },
    "report.channel": {
        "self_check": "企业自查 自查 自查自纠 日常检查 日常排查 定期排查 专项检查 公司检查 综合检查",
        "inspection": "部门检查 政府检查 上级检查 执法检查 监督检查 第三方检查 专家检查 联合检查",
        "snap": "职工随手拍 随手拍 职工上报 员工上报",
        "hotline": "电话举报 12350 热线",
        "mailbox": "信箱 来信",
        "email": "邮件 电子邮件",
        "meeting": "班组会 班前会 职代会 会议",
    },
    "self_inspect.grade": {
        "general": "一般 一般隐患 一般事故隐患 一般级 general minor",
        "major": "重大 重大隐患 重大事故隐患 重大级 major",
    },
    "reinspect.result": {
        "passed": "合格 通过 已合格 验收合格 复查合格 符合 是 passed ok yes",
        "failed": "不合格 未通过 不通过 不符合 否 failed no",
    },
    "notify_workers.channel": {
        "notice_board": "公告栏 公示栏 张贴 宣传栏",
        "meeting": "班前会 会议 班组会 安全会议",
        "workers_congress": "职代会 职工代表大会 职工大会",
    },
}
"""For each field of few words, the words a ledger has for each of them."""


def header_words() -> Iterator[tuple[str, str]]:
    """Every word of a header, folded, and the target it stands for."""
    for target, words in HEADERS.items():
        chinese, _, english = words.partition("|")
        yield from ((folded(word), target) for word in [*chinese.split(), *english.split(",")] if word.strip())


def meaning_of(target: str, word: str) -> str | None:
    """What a cell of that field says in the loop's words, if these know it."""
    known = {folded(one): meaning for meaning, words in VALUES[target].items() for one in words.split()}
    return known.get(folded(word))


def folded(word: str) -> str:
    """A word as it is compared: without blanks, signs of what must be filled, and case."""
    return "".join(sign for sign in word.casefold() if sign.isalnum())
