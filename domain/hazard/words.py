"""Domain: the words of the loop as they go over the wire (glossary: docs/glossary.md)."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a hazard stands in its present round."""

    REPORTED = "reported"
    SELF_INSPECTED = "self_inspected"
    RECTIFYING = "rectifying"
    RECTIFIED = "rectified"
    VERIFIED = "verified"
    DUAL_REPORTED = "dual_reported"
    CLOSED = "closed"
    DISMISSED = "dismissed"


OPEN = frozenset(Stage) - {Stage.CLOSED, Stage.DISMISSED}
FROM_SELF_INSPECTED = OPEN - {Stage.REPORTED}


class Grade(StrEnum):
    """一般事故隐患 or 重大事故隐患."""

    GENERAL = "general"
    MAJOR = "major"

    @property
    def is_major(self) -> bool:
        """Whether this is the grade that is dual-reported."""
        return self is Grade.MAJOR


class Category(StrEnum):
    """物的危险状态, 人的不安全行为, 管理上的缺陷."""

    UNSAFE_CONDITION = "unsafe_condition"
    UNSAFE_ACT = "unsafe_act"
    MANAGEMENT_DEFECT = "management_defect"


class Channel(StrEnum):
    """How a report came in."""

    SNAP = "snap"
    SELF_CHECK = "self_check"
    INSPECTION = "inspection"
    HOTLINE = "hotline"
    MAILBOX = "mailbox"
    EMAIL = "email"
    MEETING = "meeting"


class Result(StrEnum):
    """What a re-inspection found."""

    PASSED = "passed"
    FAILED = "failed"


class Recipient(StrEnum):
    """The two who receive a dual report (双报告)."""

    REGULATOR = "regulator"
    WORKERS_CONGRESS = "workers_congress"


class ReportStage(StrEnum):
    """Which of a round's dual reports it is."""

    INITIAL = "initial"
    PROGRESS = "progress"
    FINAL = "final"


class NoticeChannel(StrEnum):
    """How the workers were told (安全生产法 Art 41)."""

    NOTICE_BOARD = "notice_board"
    MEETING = "meeting"
    WORKERS_CONGRESS = "workers_congress"
