"""The rules by which random histories let patients wait."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from scheduling.models import WaitlistEntry
from scheduling.openings import Slot
from scheduling.tests.history import History, few, many


class Waitlist(History):
    """Patients who wait, and are booked, or give up."""

    @rule(patient=few, facility=st.sampled_from([0, 1]), kind=few)
    def wait(self, patient: int, facility: int, kind: int) -> None:
        world = self.world
        wish = {"facility": world.facilities[facility], "type": world.types[kind % 3]}
        who = world.patients[patient % 3]
        self.do("wait", lambda: WaitlistEntry.objects.add(patient=who, by=None, **wish))

    def waiting(self, which: int) -> WaitlistEntry | None:
        rows = WaitlistEntry.objects.order_by("pk")
        return rows[which % len(rows)] if rows else None

    @rule(which=many, moment=many, doctor=few)
    @precondition(lambda self: self.waiting(0))
    def book_who_waits(self, which: int, moment: int, doctor: int) -> None:
        entry, at = self.waiting(which), self.at(moment)
        visit = self.visit(moment, doctor, 0, 0, 0)
        slot = Slot(visit["doctor"], visit["facility"], at, at + timedelta(hours=1))
        self.do("book who waits", lambda: entry.book(slot, by=None))

    @rule(which=many, appointment=many)
    @precondition(lambda self: self.waiting(0))
    def stop_waiting(self, which: int, appointment: int) -> None:
        entry, visit = self.waiting(which), self.some(appointment, "booked")
        if visit:
            self.do("stop waiting", lambda: entry.close(visit, by=None))
        else:
            self.do("give up waiting", lambda: entry.remove("Moved away", by=None))
