"""What became of a file: how many rows were written, and which were refused, and why."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum

BROKEN_SHOWN = 50
LINES_SHOWN = 12


class Outcome(StrEnum):
    IMPORTED = "imported"
    REFUSED = "refused"
    NOT_ATTEMPTED = "not attempted"


@dataclass
class Lines:
    """Line numbers, counted in full and remembered as far as they will be shown."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.count += 1
        if len(self.first) < LINES_SHOWN:
            self.first.append(line)

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.first))
        more = self.count - len(self.first)
        return f"{'line' if self.count == 1 else 'lines'} {shown}" + (
            f" and {more} more" if more else ""
        )


@dataclass
class FileReport:
    name: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: dict[str, Lines] = field(default_factory=lambda: defaultdict(Lines))
    broken: list[tuple[int, str]] = field(default_factory=list)
    broken_count: int = 0
    outcome: Outcome = Outcome.IMPORTED

    def leave_out(self, line: int, reason: str) -> None:
        """Note a fact that is not imported, though the rest of its row is."""
        self.left_out[reason].add(line)

    def refuse(self, line: int, reason: str) -> None:
        """Note a broken row, which refuses the whole file; line 0 stands for no one line."""
        self.outcome = Outcome.REFUSED
        self.broken_count += 1
        if len(self.broken) < BROKEN_SHOWN:
            self.broken.append((line, reason))

    @property
    def is_refused(self) -> bool:
        return self.outcome is Outcome.REFUSED

    @property
    def left_out_count(self) -> int:
        return sum(lines.count for lines in self.left_out.values())

    def problems(self) -> list[str]:
        """Return a sentence for each broken row that is shown, and one for the rest."""
        sentences = [
            f"{self.name}, line {line}: {reason}" if line else f"{self.name}: {reason}"
            for line, reason in self.broken
        ]
        more = self.broken_count - len(self.broken)
        return sentences + ([f"{self.name}: {more} more broken rows."] if more else [])

    def remarks(self) -> list[str]:
        """Return a sentence for each reason for which something was left out."""
        return [f"{self.name}: {reason} ({lines})." for reason, lines in self.left_out.items()]
