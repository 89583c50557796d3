"""Where doctors are free, worked out ahead so that the next opening is found at once.

Both tables are for searching only and never the truth: booking does not read them. Triggers write
them (`scheduling.free_time_triggers`), with the SQL functions of migration
`0003_free_time`, so that they follow whoever writes: ORM, SQL or COPY.
"""

from datetime import date, timedelta

from django.db import connection, models, transaction
from django.db.models import F, Func

from facilities.models import Doctor, Facility

AHEAD = timedelta(days=180)
ONE_DAY = timedelta(days=1)
# How many doctors are worked out in one transaction.
AT_ONCE = 20


class FreeTime(models.Model):
    """A stretch of a doctor's hours on one local day that no appointment or absence takes.

    Holds, which come and go without anybody writing, are not taken off here.
    """

    doctor = models.ForeignKey(
        Doctor, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.GeneratedField(
        expression=Func(
            F("ends_at"),
            F("starts_at"),
            template="CAST(EXTRACT(EPOCH FROM (%(expressions)s)) / 60 AS integer)",
            arg_joiner=" - ",
            output_field=models.IntegerField(),
        ),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["doctor", "day", "minutes"],
                include=["facility", "starts_at", "ends_at"],
                name="free_time_doctor_day",
            ),
            models.Index(
                fields=["day", "minutes"],
                include=["doctor", "facility", "starts_at", "ends_at"],
                name="free_time_day_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M}"


class FreeTimeHorizon(models.Model):
    """The one row that says how far `FreeTime` reaches; neither day is included.

    Triggers keep the days before `kept_until`. Searches read those before `until`, and work out the
    others as they go, so that a day is read only once all its doctors are there.
    """

    until = models.DateField()
    kept_until = models.DateField()

    def __str__(self) -> str:
        return f"until {self.until}"

    @classmethod
    def known_until(cls, today: date) -> date:
        """Return the first day that searches cannot read."""
        return cls.objects.values_list("until", flat=True).first() or today - ONE_DAY

    @classmethod
    def extend(cls, today: date, *, anew: bool = False) -> date:
        """Work out the days up to AHEAD of today, or all of them anew; return the day after.

        First the triggers are told to keep those days, and then they are worked out, a few doctors
        at a time, so that nobody's booking waits for long: whoever writes meanwhile is either seen
        here or keeps the days themselves.
        """
        known = today - ONE_DAY if anew else max(cls.known_until(today), today - ONE_DAY)
        end = today + AHEAD
        with transaction.atomic():
            cls.objects.all().delete()
            cls.objects.create(until=known, kept_until=end)
        done: set[int] = set()
        while left := sorted(set(Doctor.objects.values_list("pk", flat=True)) - done):
            for first in range(0, len(left), AT_ONCE):
                _work_out(left[first : first + AT_ONCE], known, end - ONE_DAY)
            done |= set(left)
        FreeTime.objects.filter(day__lt=today - ONE_DAY).delete()
        cls.objects.update(until=end)
        return end


def _work_out(doctors: list[int], first: date, last: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for doctor in doctors:
            cursor.execute("SELECT scheduling_refresh_free_time(%s, %s, %s)", [doctor, first, last])
