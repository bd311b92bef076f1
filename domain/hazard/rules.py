"""Domain: the named rules of the loop, each with the source it comes from."""

from __future__ import annotations

from domain.refusals import Rule

LAW = "安全生产法 (2021) "

STAGE = Rule("stage", "the hazard is not at a stage this move starts from")
ROLE = Rule("role", "this role may not make this move")
OF_ANOTHER_ENTERPRISE = Rule("enterprise.other", "people of an enterprise act for and read their own enterprise only")

TEXT_OR_PHOTO = Rule("report.text_or_photo", "a report holds a description or at least one photo")
GRADE_NAMED = Rule("self_inspection.grade", "a self-inspection names the grade")
CAUSE_NAMED = Rule("self_inspection.cause", "a self-inspection names the cause")
GRADE_STAYS = Rule("grade.stays", "a major grade stays until it is regraded")
CONSENT = Rule("major.consent", "for a major hazard the regulator or a union inspector consents, shown by evidence")
OWN_DUPLICATE = Rule("dismissal.own_duplicate", "a hazard can't be the duplicate of itself")
SAME_ENTERPRISE = Rule("transfer.same", "the hazard belongs to this enterprise already")
WHO_DECIDES = Rule("correction.who", "only those who may decide a field may correct it")

SIX_ITEMS = Rule(
    "plan.six_items",
    "the governance plan of a major hazard holds all six items, so that the five implementations hold",
    "SAWS Order 16 (2007) Art 15; 浙江省安全生产条例 Art 15",
)
DEADLINE_PAST = Rule("deadline.past", "the deadline lies before the day this is said to have occurred")
DEADLINE_STAYS = Rule("deadline.stays", "a new plan keeps the deadline; ask for an extension")
DEADLINE_NEEDED = Rule("plan.deadline_missing", "a plan has a deadline", SIX_ITEMS.source)
LATER = Rule("extension.later", "an extension moves the deadline to a later day")
NOTE_OR_EVIDENCE = Rule("step.note_or_evidence", "a rectification step holds a note or evidence")
RECTIFIED_EVIDENCE = Rule("rectification.evidence", "a rectification is shown by evidence")
ON_THE_SPOT = Rule("rectification.on_the_spot", "only a general hazard is rectified on the spot, without a plan")

NOT_THE_SAME = Rule("re_inspection.same_person", "whoever rectified a hazard does not re-inspect it")
MAJOR_ACCEPTANCE = Rule(
    "re_inspection.regulator",
    "a major hazard is accepted by the regulator, or by its paper decision recorded with evidence by a union inspector",
)
OBJECTION = Rule(
    "re_inspection.objection", "an inspector failed this hazard; only an inspector or the regulator passes it"
)
NOT_SUSPENDED = Rule("resumption.not_suspended", "there is no suspension to lift", LAW + "Art 65")
PAPER_DECISION = Rule("paper_decision", "a paper decision is recorded with evidence")

MAJOR_ONLY = Rule("dual_report.major_only", "only major hazards are dual-reported", LAW + "Art 41")
FINAL_AT_VERIFIED = Rule("dual_report.final", "the final report follows the passed re-inspection", LAW + "Art 41")
PLAN_FIRST = Rule(
    "dual_report.plan",
    "the final report refers to the governance plan, or brings it as evidence where an imported record left it out",
    "SAWS Order 16 (2007) Art 14",
)
SENT_ALREADY = Rule("dual_report.sent", "this report of this round was sent to this recipient already")
NOT_SENT = Rule("acknowledgement.not_sent", "no such report of this round waits for this recipient's acknowledgement")
THAT_RECIPIENT = Rule("acknowledgement.recipient", "a report is acknowledged by the one who received it")
PAPER_RECEIPT = Rule("acknowledgement.paper", "a paper receipt is recorded with evidence")

BOTH_RECEIPTS = Rule(
    "close_out.both_receipts",
    "a major hazard is closed out after both recipients have acknowledged the final report of this round",
    LAW + "Art 41; 厅字〔2017〕23号",
)
GRADED_FIRST = Rule("close_out.graded", "a hazard that a record left ungraded is graded before it is closed out")
MAJOR_CLOSER = Rule("close_out.major", "a major hazard is closed out by the regulator or a union inspector")
WORKERS_TOLD = Rule("close_out.workers_notice", "the workers are told before a hazard is closed out", LAW + "Art 41")
RESUMPTION_FIRST = Rule("close_out.resumption", "work resumes only after review and approval", LAW + "Art 65")

SAME_GRADE = Rule("regrade.same", "the hazard has this grade already")
NEVER_DOWN = Rule("regrade.down", "an enterprise never lowers a grade")
NOT_GRADED = Rule("grade_challenge.not_graded", "there is no grade to challenge yet")
NO_CHALLENGE = Rule("grade_challenge.none", "no challenge waits for an answer")
