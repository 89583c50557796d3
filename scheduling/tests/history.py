"""What a random history is made of: a world, a way to do things in it, and what is then true.

A refusal must be a ValidationError with a code, and change nothing.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Sum
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from scheduling.models import Appointment, AppointmentEvent, WaitlistEntry
from scheduling.tests import invariants
from scheduling.tests.world import World

# Each is an index, taken modulo the number of what is there.
few, many = st.integers(0, 3), st.integers(0, 59)


class History(RuleBasedStateMachine):
    """A history whose rules subclasses add. Each runs in a savepoint and is taken back."""

    world: ClassVar[World]
    ends: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.everything = transaction.atomic()
        self.everything.__enter__()
        self.has_changed = True

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.everything.__exit__(None, None, None)

    def do(self, name: str, operation: Callable[[], Any]) -> None:
        """Do it; a refusal is a ValidationError, has a code and changes nothing."""
        before = self._versions()
        try:
            with transaction.atomic():
                operation()
        except ValidationError as refusal:
            codes = set(codes_of(refusal))
        else:
            codes = {"done"}
        assert all(codes), f"a refusal of {name} has no code"
        self.has_changed = "done" in codes
        assert self.has_changed or self._versions() == before
        self.ends.update(f"{name}: {code}" for code in codes)

    def _versions(self) -> Any:
        return [
            rows.aggregate(Count("pk"), changes=Sum(changes))
            for rows, changes in [
                (Appointment.objects, "version"),
                (AppointmentEvent.objects, "appointment__version"),
                (WaitlistEntry.objects, "version"),
            ]
        ]

    def at(self, moment: int) -> datetime:
        return self.world.times[moment % len(self.world.times)]

    def visit(self, moment: int, doctor: int, patient: int, kind: int, by: int) -> dict[str, Any]:
        world, at = self.world, self.at(moment)
        early, changing = world.facilities
        facility = changing if at.astimezone(changing.tz).date() >= world.first_days[1] else early
        room = next(room for room in world.rooms if room.facility == facility)
        return {
            "patient": world.patients[patient % 3],
            "doctor": world.doctors[doctor % 3],
            "facility": facility,
            "starts_at": at,
            "type": world.types[kind % 3],
            "room": room if kind > 1 else None,
            "by": world.users[by % 3],
        }

    def some(self, which: int, *statuses: str) -> Appointment | None:
        """Choose an appointment, in one of these statuses if any are named."""
        rows = Appointment.objects.order_by("pk")
        pks = (rows.filter(status__in=statuses) if statuses else rows).values_list("pk", flat=True)
        return Appointment.objects.get(pk=pks[which % len(pks)]) if pks else None

    @invariant()
    def promises_are_kept(self) -> None:
        if not self.has_changed:
            return
        invariants.nobody_is_in_two_places()
        invariants.every_appointment_is_where_its_events_led()
        invariants.free_time_is_kept_right(self.world)


def codes_of(refusal: ValidationError) -> list[str | None]:
    """Return the code of each error that a refusal carries."""
    if hasattr(refusal, "error_dict"):
        return [error.code for errors in refusal.error_dict.values() for error in errors]
    return [error.code for error in refusal.error_list]
