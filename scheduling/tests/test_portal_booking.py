"""A patient books online: within what may be booked so, and told what else there is if it fails."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facilities.tests.factories import FacilityFactory
from facilities.zip_codes import centroid
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentTypeFactory, working_doctor
from scheduling.tests.portal import Portal, starts_offered, text_of

pytestmark = pytest.mark.django_db

# Read here, as the first look-up reads all ZIP codes: longer than a transaction may stand still.
HOME = centroid("68111")


@pytest.fixture
def portal():
    return Portal(minimum_notice_minutes=24 * 60, bookable_days_ahead=10)


def test_only_what_is_bookable_online_is_offered(portal):
    AppointmentTypeFactory(name="Surgery")
    gone = AppointmentTypeFactory(name="Spa", bookable_online=True, is_active=False)
    page = text_of(portal.get("book"))
    assert "Check-up" in page
    assert "Surgery" not in page
    assert "Spa" not in page
    assert portal.get("times", gone.pk).status_code == 404
    assert portal.post("hold", gone.pk, **portal.slot(2, 9)).status_code == 404


def test_where_nothing_is_online_the_page_says_whom_to_call(portal):
    portal.kind.delete()
    assert "(402) 555-0142" in text_of(portal.get("book"))


def test_times_are_those_of_one_day_within_notice_and_how_far_ahead(portal):
    first = portal.get("times", portal.kind.pk)
    earliest = timezone.now() + timedelta(hours=24)
    assert first.status_code == 200
    assert starts_offered(first)
    assert all(at >= earliest for at in starts_offered(first))
    day = portal.at(5, 9).astimezone(portal.facility.tz).date()
    chosen = portal.get("times", portal.kind.pk, day=day)
    assert {at.astimezone(portal.facility.tz).date() for at in starts_offered(chosen)} == {day}
    assert portal.at(5, 9) in starts_offered(chosen)
    for wrong in (day + timedelta(days=30), day - timedelta(days=30), "soon"):
        assert portal.get("times", portal.kind.pk, day=wrong).status_code == 422


def test_times_are_found_by_facility_and_doctor_the_nearest_first(portal):
    assert HOME
    far = FacilityFactory(name="Far", zip_code="90210")
    portal.facility.zip_code, portal.patient.zip_code = "68112", "68111"
    portal.facility.save()
    portal.patient.save()
    there = working_doctor(far, name="Dr. Ada Far")
    page = portal.get("times", portal.kind.pk)
    assert [each.doctor for each in page.context["open_day"].times] == [portal.doctor, there]
    for query in ({"facility": far.pk}, {"doctor": there.pk}):
        found = portal.get("times", portal.kind.pk, **query).context["open_day"].times
        assert [each.doctor for each in found] == [there]
    both = {"facility": far.pk, "doctor": portal.doctor.pk}
    assert "No time is free" in text_of(portal.get("times", portal.kind.pk, **both))


def test_a_day_without_times_leads_to_the_next_that_has_some(portal):
    day = portal.at(3, 9).astimezone(portal.facility.tz).date()
    portal.facility.closures.create(starts_at=portal.at(3, 0), ends_at=portal.at(4, 0))
    page = portal.get("times", portal.kind.pk, day=day)
    assert "Nothing is free on this day" in text_of(page)
    assert page.context["open_day"].later == day + timedelta(days=1)
    assert f"?day={day + timedelta(days=1)}#day" in text_of(page)


def test_a_time_is_held_and_then_booked(portal):
    answer = portal.hold()
    held = Appointment.objects.get()
    assert answer.url == reverse("portal:confirm", args=[held.pk])
    assert (held.status, held.patient, held.source) == ("pending", portal.patient, "online")
    page = text_of(portal.get("confirm", held.pk))
    assert "This time is kept for you until" in page
    assert "Finish the booking" in text_of(portal.get("visits"))
    booked = portal.post("confirm", held.pk, reason="Cough")
    assert booked.url == reverse("portal:visit", args=[held.pk])
    held.refresh_from_db()
    assert (held.status, held.reason, held.created_by) == ("booked", "Cough", portal.user)
    again = portal.post("confirm", held.pk)
    assert again.url == reverse("portal:visit", args=[held.pk])
    assert Appointment.objects.count() == 1


def test_a_held_time_is_given_up_for_another_one(portal):
    portal.hold()
    held = Appointment.objects.get()
    answer = portal.post("release", held.pk)
    assert answer.url == reverse("portal:times", args=[portal.kind.pk])
    held.refresh_from_db()
    assert held.status == "cancelled"
    assert portal.get("confirm", held.pk).url == answer.url


def test_a_taken_time_is_refused_with_others_that_can_be_booked(portal):
    portal.taken(2, 9)
    answer = portal.hold()
    assert answer.status_code == 409
    assert answer.context["alternatives"]
    near = answer.context["alternatives"][0]
    at = (near.starts_at - portal.at(2, 0)) // timedelta(hours=1)
    assert at in (8, 9)
    assert not Appointment.objects.filter(patient=portal.patient).exists()


@pytest.mark.parametrize(("days", "hour"), [(0, 23), (11, 9), (2, 6)])
def test_too_soon_too_far_and_outside_hours_are_refused(portal, days, hour):
    answer = portal.hold(days, hour)
    assert answer.status_code == 422
    assert answer.context["refusal"]
    window = portal.kind.online_window(timezone.now())
    offered = [slot.starts_at for slot in answer.context["alternatives"]]
    assert all(window.starts_at <= at <= window.ends_at for at in offered)
    assert not Appointment.objects.exists()


def test_a_time_that_was_lost_while_it_was_held_is_refused_with_others(portal):
    portal.hold()
    held = Appointment.objects.get()
    Appointment.objects.filter(pk=held.pk).update(hold_expires_at=timezone.now())
    assert "no longer kept for you" in text_of(portal.get("confirm", held.pk))
    portal.taken(2, 9)
    answer = portal.post("confirm", held.pk)
    assert answer.url == reverse("portal:times", args=[portal.kind.pk])
    assert "no longer kept for you, and not booked" in text_of(portal.client.get(answer.url))
    assert not Appointment.objects.filter(patient=portal.patient, status="booked").exists()


@pytest.mark.parametrize(
    "said", [{"slot": "1"}, {"slot": "x|y"}, {"facility": "0"}, {"facility": "x"}]
)
def test_what_names_no_time_is_not_read(portal, said):
    answer = portal.post("hold", portal.kind.pk, **portal.slot(2, 9) | said)
    assert answer.status_code in (400, 404)
    assert not Appointment.objects.exists()


def test_others_cannot_be_booked_for(portal):
    other = PatientFactory(facility=portal.facility)
    said = portal.slot(2, 9) | {"patient": other.pk, "patient_id": other.pk, "for": other.pk}
    portal.post("hold", portal.kind.pk, **said)
    assert Appointment.objects.get().patient == portal.patient


def test_the_pages_ask_as_much_for_many_as_for_few(portal, django_assert_max_num_queries):
    address = reverse("portal:times", args=[portal.kind.pk])
    portal.client.get(address)
    with django_assert_max_num_queries(40) as few:
        portal.client.get(address)
    for number in range(4):
        working_doctor(FacilityFactory(name=f"Place {number}"))
        AppointmentTypeFactory(bookable_online=True)
        portal.taken(2, 10 + number)
    with django_assert_max_num_queries(40) as many:
        portal.client.get(address)
    assert len(few) == len(many)


def test_a_held_time_that_was_closed_meanwhile_is_refused_with_others(portal):
    portal.hold()
    held = Appointment.objects.get()
    portal.facility.closures.create(starts_at=portal.at(2, 8), ends_at=portal.at(2, 12))
    answer = portal.post("confirm", held.pk)
    assert answer.status_code == 422
    assert answer.context["alternatives"]
    held.refresh_from_db()
    assert held.status == "pending"
