"""What is looked at: some facilities, perhaps one doctor’s visits only, and a period of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from accounts.models import User
from facilities.models import Doctor, Facility
from scheduling.calendars import local

ONE_DAY = timedelta(days=1)
USUAL = timedelta(weeks=13)
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Scope:
    """Days from `first` to `last`, both included, are those of each facility's own clock.

    `doctors` are the only ones that count, or None for all.
    """

    facilities: Sequence[Facility]
    first: date
    last: date
    now: datetime
    doctors: list[int] | None = None

    @classmethod
    def of(
        cls,
        user: User,
        facilities: Sequence[Facility],
        *,
        now: datetime,
        first: date | None = None,
        last: date | None = None,
    ) -> "Scope":
        """Return what this person may look at: doctors see their own figures, others all.

        Without days it is the thirteen weeks up to yesterday.
        """
        today = local(now, facilities[0]).date() if facilities else now.date()
        last = last or today - ONE_DAY
        first = first or last - USUAL + ONE_DAY
        own = None
        if user.role == User.Role.DOCTOR:
            own = list(Doctor.objects.filter(user=user).values_list("pk", flat=True))
        return cls(facilities, first, last, now, own)

    @property
    def values(self) -> dict[str, Any]:
        """Return what the statements are given; `since` and `until` bound the days in any zone."""
        return {
            "facilities": [facility.pk for facility in self.facilities],
            "doctors": self.doctors,
            "first": self.first,
            "last": self.last,
            "since": datetime.combine(self.first - ONE_DAY, time(0), UTC),
            "until": datetime.combine(self.last + 2 * ONE_DAY, time(0), UTC),
            "now": self.now,
        }

    def rows(self, sql: str, **more: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self.values | more)
            return cursor.fetchall()
