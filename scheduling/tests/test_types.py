"""Which doctor offers which type of visit, and what may be booked online, and when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from facilities.models import CareType, Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


def booked(doctor: Doctor, **visit: Any) -> Appointment:
    return AppointmentFactory(facility=doctor.facilities.get(), doctor=doctor, **visit)


def refusal_of(doctor: Doctor, **visit: Any) -> str | None:
    """Return the code with which the booking is refused."""
    with pytest.raises(ValidationError) as refusal:
        booked(doctor, **visit)
    return refusal.value.error_list[0].code


def online(notice: timedelta = timedelta(), days: int = 90) -> Any:
    return AppointmentTypeFactory(
        bookable_online=True,
        minimum_notice_minutes=notice // timedelta(minutes=1),
        bookable_days_ahead=days,
    )


def test_a_type_without_care_type_and_doctors_is_offered_by_everybody(doctor):
    kind = AppointmentTypeFactory()
    assert kind.is_offered_by(doctor)
    assert booked(doctor, type=kind).type == kind


def test_a_type_of_a_care_is_offered_by_who_provides_that_care(doctor):
    care = CareType.objects.create(name="Cardiology")
    kind = AppointmentTypeFactory(care_type=care)
    assert refusal_of(doctor, type=kind) == "type_not_offered"
    doctor.care_types.add(care)
    assert booked(doctor, type=kind).type == kind


def test_a_type_with_named_doctors_is_offered_by_them_alone(facility, doctor):
    care = CareType.objects.create(name="Cardiology")
    kind = AppointmentTypeFactory(care_type=care)
    other = working_doctor(facility)
    doctor.care_types.add(care)
    kind.doctors.add(other)
    assert refusal_of(doctor, type=kind) == "type_not_offered"
    assert booked(other, type=kind).doctor == other


def test_a_visit_does_not_move_to_a_doctor_who_does_not_offer_it(facility, doctor):
    kind = AppointmentTypeFactory()
    kind.doctors.add(doctor)
    visit = booked(doctor, type=kind)
    with pytest.raises(ValidationError, match="does not offer") as refusal:
        visit.reschedule(starts_at=visit.starts_at, doctor=working_doctor(facility), by=None)
    assert refusal.value.error_list[0].code == "type_not_offered"


def test_a_type_that_is_given_up_is_booked_no_more(doctor):
    assert refusal_of(doctor, type=AppointmentTypeFactory(is_active=False)) == "type_inactive"


def test_a_visit_moves_though_its_type_is_given_up_since(facility, doctor):
    kind = AppointmentTypeFactory()
    visit, other = booked(doctor, type=kind), working_doctor(facility)
    kind.doctors.set([other])
    kind.is_active = False
    kind.save()
    for where in ({"doctor": doctor}, {"doctor": other}):
        visit.reschedule(starts_at=visit.ends_at, **where, by=None)
        assert (visit.type, visit.doctor) == (kind, where["doctor"])


def test_online_needs_a_type_that_is_booked_online(doctor):
    assert refusal_of(doctor, source="online") == "not_online"
    assert refusal_of(doctor, source="online", type=AppointmentTypeFactory()) == "not_online"
    assert booked(doctor, source="online", type=online()).source == "online"


@pytest.mark.parametrize(
    ("hours", "code"),
    [(1, "too_soon"), (23, "too_soon"), (25, None), (47, None), (49, "too_far_ahead")],
)
def test_online_is_booked_neither_too_soon_nor_too_far_ahead(facility, hours, code):
    doctor = round_the_clock(facility)
    kind, starts_at = online(timedelta(hours=24), days=2), on_the_hour(hours)
    visit = {"source": "online", "type": kind, "starts_at": starts_at}
    if code:
        assert refusal_of(doctor, **visit) == code
    else:
        assert booked(doctor, **visit).starts_at == starts_at


@pytest.mark.parametrize("hours", [1, 49])
def test_the_desk_books_and_moves_any_of_them_whenever_it_sees_fit(facility, hours):
    doctor = round_the_clock(facility)
    kind, starts_at = online(timedelta(hours=24), days=2), on_the_hour(hours)
    assert booked(doctor, type=kind, starts_at=starts_at).source == "desk"
    visit = booked(doctor, source="online", type=kind, starts_at=on_the_hour(30))
    visit.reschedule(
        starts_at=starts_at + timedelta(minutes=30), by=staff_of(facility, "receptionist")
    )
    assert visit.starts_at == starts_at + timedelta(minutes=30)


def test_a_refusal_says_how_soon_is_too_soon(doctor):
    day = in_days(1, 9, facility=doctor.facilities.get())
    kind = online(timedelta(days=60, minutes=-10))
    with pytest.raises(ValidationError, match="until 1439 hours 50 minutes before it starts"):
        booked(doctor, source="online", type=kind, starts_at=day)


def round_the_clock(facility: Facility) -> Doctor:
    doctor = working_doctor(facility)
    doctor.working_hours.update(starts_at="00:00", ends_at="00:00")
    return doctor


def on_the_hour(hours: int) -> datetime:
    """Return the last full five minutes before so many hours from now."""
    at = timezone.now() + timedelta(hours=hours)
    return at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)
