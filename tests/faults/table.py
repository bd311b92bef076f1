"""What the faults showed, as a table: which, how often, what was seen, and what the control found."""

from __future__ import annotations

from dataclasses import dataclass, field

TITLES = ("fault", "times", "seen", "control")


@dataclass
class Line:
    """One fault."""

    times: str = "-"
    seen: list[str] = field(default_factory=list)
    control: list[str] = field(default_factory=list)


@dataclass
class Table:
    """Every fault that was tried, in the order tried."""

    lines: dict[str, Line] = field(default_factory=dict)

    def tell(self, fault: str, times: int | str | None, seen: str) -> None:
        """What the product did under a fault."""
        line = self._line(fault)
        line.times = line.times if times is None else str(times)
        line.seen.append(seen)

    def tell_control(self, fault: str, found: str) -> None:
        """What the same harness found in a variant that is broken on purpose."""
        self._line(fault).control.append(found)

    def written(self) -> list[str]:
        """The table, a line each."""
        rows = [(fault, one.times, "; ".join(one.seen), "; ".join(one.control)) for fault, one in self.lines.items()]
        return [" | ".join(row) for row in (TITLES, *rows)]

    def _line(self, fault: str) -> Line:
        return self.lines.setdefault(fault, Line())
