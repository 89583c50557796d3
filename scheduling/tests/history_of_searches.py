"""The rules by which random histories look for openings, and try whatever they find."""

from dataclasses import replace
from datetime import time

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from scheduling.calendars import local
from scheduling.models import Appointment, WorkingHours
from scheduling.openings import find_openings
from scheduling.tests.history import History, few, many
from scheduling.tests.world import MIDNIGHT
from scheduling.wanted import Wanted


class Search(History):
    """What the search finds can be booked; what it finds here is taken back."""

    @rule(first=st.sampled_from([0, 1, 5]), kind=few, patient=few, doctor=few)
    def find(self, first: int, patient: int, **chosen: int) -> None:
        day = self.world.days[first]
        self.all_can_be_booked(
            Wanted(first=day, patient=self.world.patients[patient % 3]), **chosen
        )

    @rule(which=many, kind=few, doctor=few)
    @precondition(lambda self: self.some(0, "booked"))
    def find_beside(self, which: int, **chosen: int) -> None:
        """The patient of a visit looks for another one, from that time of day on."""
        visit = self.some(which, "booked")
        at = local(visit.starts_at, visit.facility)
        near = Wanted(first=at.date(), from_time=at.time(), patient=visit.patient)
        self.all_can_be_booked(near, **chosen)

    def all_can_be_booked(self, wanted: Wanted, kind: int, doctor: int) -> None:
        chosen = self.world.types[kind % 3]
        length = {"duration": chosen.duration, "buffer": chosen.buffer} if chosen else {}
        doctors = self.world.doctors[doctor : doctor + 1] or None
        wanted = replace(wanted, type=chosen, doctors=doctors, **length)
        found = find_openings(wanted, now=timezone.now())
        assert found or not self.is_somebody_there(wanted)
        for slot in found:
            visit = {"patient": wanted.patient, "type": chosen, "by": None}
            where = {"doctor": slot.doctor, "facility": slot.facility}
            with transaction.atomic():
                Appointment.objects.book(starts_at=slot.starts_at, **where, **visit)
                transaction.set_rollback(True)
        self.ends["find: done"] += 1
        self.has_changed = False

    def is_somebody_there(self, wanted: Wanted) -> bool:
        """Tell whether one of those asked has hours, kept for good, that are late enough."""
        hours = WorkingHours.objects.filter(
            doctor__in=wanted.doctors or self.world.doctors, valid_until=None
        )
        since = minutes(wanted.from_time or MIDNIGHT)
        return any(
            max(minutes(row.starts_at), since) + wanted.needs.seconds // 60
            <= (minutes(row.ends_at) or 24 * 60)
            for row in hours
        )


def minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
