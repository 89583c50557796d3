"""Where doctors are free, worked out ahead so that the next opening is found at once.

Both tables are for searching only and never the truth: booking does not read them. Triggers write
them (`scheduling.triggers.free_time_triggers`), with the SQL functions of migration
`0003_free_time`, so that they follow whoever writes: ORM, SQL or COPY.
"""

from datetime import date, timedelta

from django.db import connection, models, transaction
from django.db.models import F, Func

from facilities.models import Doctor, Facility

AHEAD = timedelta(days=180)
# How far the table may fall short of AHEAD before a search extends it by itself.
SLACK = timedelta(days=3)


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
    """The one row that says up to which day `FreeTime` is known; that day is not included."""

    until = models.DateField()

    def __str__(self) -> str:
        return f"until {self.until}"

    @classmethod
    def reach(cls, today: date, slack: timedelta = SLACK) -> date:
        """Return the first day that is not known, extending what is known if it is running out."""
        known = cls.objects.values_list("until", flat=True).first()
        if known is None or known < today + AHEAD - slack:
            return cls.extend(today)
        return known

    @classmethod
    def extend(cls, today: date, *, anew: bool = False) -> date:
        """Work out the days up to AHEAD of today, or all of them anew; return the day after."""
        with transaction.atomic(), connection.cursor() as cursor:
            # A whole network takes longer than a page may, and is worked out once.
            cursor.execute("SET LOCAL statement_timeout = 0")
            if anew:
                cls.objects.all().delete()
            cursor.execute("SELECT scheduling_extend_free_time(%s, %s)", [today, AHEAD.days])
        return today + AHEAD
