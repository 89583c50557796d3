"""The rules by which random histories book, move and cancel series."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentSeries
from scheduling.recurrence import Weekly
from scheduling.tests.history import History, few, many
from scheduling.tests.world import DAY


class Series(History):
    """Visits that repeat, on up to three days in a row."""

    @rule(moment=many, doctor=few, patient=few, kind=few, by=few, days=st.sampled_from([2, 3]))
    def book_series(self, days: int, **chosen: int) -> None:
        visit = self.visit(**chosen)
        first = local(visit["starts_at"], visit["facility"]).date()
        weekdays = sorted((first + n * DAY).isoweekday() for n in range(days))
        visit["rule"] = str(Weekly(1, tuple(weekdays), count=days))
        self.do("series", lambda: AppointmentSeries.objects.book(**visit))

    def repeated(self, which: int) -> Appointment | None:
        rows = Appointment.objects.exclude(series=None).order_by("pk")
        return rows[which % len(rows)] if rows else None

    @rule(which=many, moment=many, doctor=few)
    @precondition(lambda self: self.repeated(0))
    def move_series(self, which: int, moment: int, doctor: int) -> None:
        visit = self.repeated(which)
        to = {"starts_at": self.at(moment), "doctor": [*self.world.doctors, None][doctor]}
        self.do("move series", lambda: visit.series.move_from(visit, by=None, **to))

    @rule(which=many)
    @precondition(lambda self: self.repeated(0))
    def cancel_series(self, which: int) -> None:
        visit = self.repeated(which)
        self.do("cancel series", lambda: visit.series.cancel_from(visit, "Moved away", by=None))
