"""The visits of today with those whose charts one opens next."""

import pytest

from facilities.tests.factories import FacilityFactory, staff_of
from records.tests.charting import chart, facility, text
from records.tests.factories import AllergyFactory, DraftFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, early_facility, visit_today

__all__ = ["facility"]

pytestmark = pytest.mark.django_db


class TestToday:
    URL = "/charts/today/"

    def test_a_doctor_sees_their_own_visits_with_the_way_to_the_chart(self, client, facility):
        mine, theirs = visit_today(facility=facility), visit_today(facility=facility)
        mine.doctor.user = staff_of(facility, "doctor")
        mine.doctor.save()
        AllergyFactory(patient=mine.patient, facility=facility)
        client.force_login(mine.doctor.user)
        page = text(client.get(self.URL))
        assert chart(mine.patient) in page
        assert "1 allergy" in page
        assert "Write a note" in page
        assert chart(theirs.patient) not in page

    def test_a_nurse_sees_all_and_writes_no_note(self, client, facility):
        visits = [visit_today(facility=facility), visit_today(facility=facility)]
        client.force_login(staff_of(facility, "nurse"))
        page = text(client.get(self.URL))
        assert all(chart(each.patient) in page for each in visits)
        assert "Write a note" not in page

    def test_tells_how_far_ones_note_is(self, client, facility):
        visit = visit_today(facility=facility)
        visit.doctor.user = staff_of(facility, "doctor")
        visit.doctor.save()
        client.force_login(visit.doctor.user)
        about = {"patient": visit.patient, "facility": facility, "appointment": visit}
        draft = DraftFactory(**about, by=visit.doctor.user)
        assert "Draft" in text(client.get(self.URL))
        draft.sign(by=visit.doctor.user, revision=draft.revision)
        assert "Signed" in text(client.get(self.URL))

    def test_other_facilities_are_one_press_away_and_none_of_others(self, client, facility):
        other, foreign = early_facility(name="Southside"), early_facility(name="Foreign")
        user = staff_of(facility, "nurse")
        other.staff.add(user)
        client.force_login(user)
        visit = visit_today(facility=other)
        hidden = visit_today(facility=foreign)
        page = text(client.get(self.URL, {"facility": other.pk}))
        assert chart(visit.patient) in page
        assert f"?facility={facility.pk}" in page
        page = text(client.get(self.URL, {"facility": foreign.pk}))
        assert chart(hidden.patient) not in page

    def test_a_visit_that_opens_no_chart_says_nothing_of_allergies(self, client, facility):
        visit = visit_today(facility=facility)
        visit.patient.facility = FacilityFactory()
        visit.patient.save()
        client.force_login(staff_of(facility, "nurse"))
        assert chart(visit.patient) in text(client.get(self.URL))
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="Ill")
        page = text(client.get(self.URL))
        assert visit.patient.family_name in page
        assert chart(visit.patient) not in page
        assert "none recorded" not in page

    def test_is_for_doctors_and_nurses(self, client, facility):
        for role, status in (("receptionist", 403), ("admin", 403), ("patient", 403)):
            client.force_login(staff_of(facility, role))
            assert client.get(self.URL).status_code == status
        client.force_login(staff_of(facility, "nurse"))
        assert client.post(self.URL).status_code == 405
        facility.staff.clear()
        assert "facility" in text(client.get(self.URL))

    def test_takes_as_many_queries_for_a_full_day_as_for_a_short_one(
        self, client, facility, django_assert_num_queries
    ):
        visit = visit_today(facility=facility)
        visit.doctor.user = user = staff_of(facility, "doctor")
        visit.doctor.save()
        client.force_login(user)
        client.get(self.URL)
        with django_assert_num_queries(8):
            client.get(self.URL)
        start = visit.ends_at
        for _ in range(8):
            one = AppointmentFactory(facility=facility, doctor=visit.doctor, starts_at=start)
            start = one.ends_at
            AllergyFactory(patient=one.patient, facility=facility)
            about = {"patient": one.patient, "facility": facility, "appointment": one}
            DraftFactory(**about, by=user)
        with django_assert_num_queries(8):
            client.get(self.URL)
