"""Weekly recurrence: "every N weeks on these weekdays, until a day or so many times".

A rule is a subset of RFC 5545's RRULE in one canonical spelling, such as
`FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=8` or `…;UNTIL=20261231T235959`. Starts and UNTIL are
wall-clock times without a zone ("floating" in the standard), so that 9:00 stays 9:00 when the
clocks change. Weeks begin on Monday, the standard's default. Expansion is dateutil's.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

FEWEST, MOST = 2, 52
LONGEST_INTERVAL = 12
LONGEST_SPAN = timedelta(days=731)  # two years, one of them a leap year

# In the order of ISO 8601: `DAYS[day.isoweekday() - 1]`.
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_WEEKDAYS = "(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU)){0,6}"
_SHAPE = re.compile(
    rf"FREQ=WEEKLY;INTERVAL=[0-9]{{1,4}};BYDAY={_WEEKDAYS};"
    r"(COUNT=[0-9]{1,4}|UNTIL=[0-9]{8}T235959)",
    re.ASCII,
)
# The rules that are within bounds, for Python and for PostgreSQL.
WITHIN_BOUNDS = (
    rf"^FREQ=WEEKLY;INTERVAL=([1-9]|1[0-2]);BYDAY={_WEEKDAYS};"
    r"(COUNT=([2-9]|[1-4][0-9]|5[0-2])|UNTIL=[0-9]{8}T235959)$"
)


@dataclass(frozen=True)
class Weekly:
    """Every so many weeks on some weekdays (ISO numbers); ends by `count` or by `until`."""

    interval: int
    weekdays: tuple[int, ...]
    count: int | None = None
    until: date | None = None

    @classmethod
    def parse(cls, text: str) -> "Weekly":
        """Read a rule; raise ValueError for what is not spelled as this module spells it."""
        if not _SHAPE.fullmatch(text):
            raise ValueError(f"Not a weekly rule in the canonical spelling: {text!r}.")
        parts = dict(part.split("=") for part in text.split(";"))
        until = parts.get("UNTIL")
        return cls(
            int(parts["INTERVAL"]),
            tuple(sorted({DAYS.index(day) + 1 for day in parts["BYDAY"].split(",")})),
            int(parts["COUNT"]) if "COUNT" in parts else None,
            datetime.strptime(until[:8], "%Y%m%d").date() if until else None,  # noqa: DTZ007 - a wall-clock day
        )

    def __str__(self) -> str:
        weekdays = ",".join(DAYS[number - 1] for number in self.weekdays)
        end = (
            f"COUNT={self.count}" if self.count is not None else f"UNTIL={self.until:%Y%m%d}T235959"
        )
        return f"FREQ=WEEKLY;INTERVAL={self.interval};BYDAY={weekdays};{end}"

    def starts(self, first: datetime) -> list[datetime]:
        """Return the naive wall-clock starts from `first` on; never more than one past `MOST`."""
        return list(islice(rrulestr(str(self), dtstart=first), MOST + 1))
