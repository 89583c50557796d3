"""Whose charts each role may open, on the level of rows and of permissions."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from records.models import Allergy, Document, MedicalRecord
from records.scope import charts_of, facility_for
from records.tests.factories import (
    AllergyFactory,
    DraftFactory,
    SignedFactory,
    amended,
    doctor_at,
    doctor_user,
)
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db

READ = {"view_allergy", "view_medicalrecord", "view_document", "view_encounter"}


def clinical(role: str) -> set[str]:
    return {each.split(".")[1] for each in PERMISSIONS[role] if each.startswith("records.")}


def test_roles_hold_what_the_design_gives_them():
    assert clinical(Role.RECEPTIONIST) == set()
    assert clinical(Role.PATIENT) >= READ
    assert not {each for each in clinical(Role.PATIENT) if not each.startswith("view_")}
    assert clinical(Role.DOCTOR) >= READ | {"add_medicalrecord", "change_condition"}
    nurse = clinical(Role.NURSE)
    assert nurse >= READ
    writes = {each for each in nurse if not each.startswith("view_")}
    assert writes == {"add_allergy", "add_document"}


def test_nobody_deletes():
    assert not {each for role in PERMISSIONS for each in clinical(role) if "delete" in each}


@pytest.mark.parametrize("may_read", [False, True])
def test_administrators_read_where_the_installation_lets_them_and_never_write(settings, may_read):
    settings.ADMINISTRATORS_READ_RECORDS = may_read
    admin, row = UserFactory(role="admin"), AllergyFactory()
    assert admin.has_perm("records.view_allergy") is may_read
    assert not admin.has_perm("records.add_allergy")
    assert not admin.has_perm("records.delete_allergy")
    assert list(Allergy.objects.visible_to(admin)) == ([row] if may_read else [])


@pytest.mark.parametrize("may_read", [False, True])
def test_the_admin_shows_rows_only_then(client, settings, may_read):
    settings.ADMINISTRATORS_READ_RECORDS = may_read
    row = AllergyFactory(description="Peanut")
    client.force_login(UserFactory(role="admin"))
    pages = [reverse("admin:records_allergy_changelist")]
    pages.append(reverse("admin:records_allergy_change", args=[row.pk]))
    assert [client.get(page).status_code for page in pages] == (
        [200, 200] if may_read else [403] * 2
    )
    listed, shown = (client.get(page).content.decode() for page in pages)
    assert "Peanut" not in listed
    assert ("Peanut" in shown) is may_read
    assert client.post(pages[1], {"description": "No"}).status_code == 403
    assert client.post(reverse("admin:records_allergy_delete", args=[row.pk])).status_code == 403


class TestScope:
    def test_staff_open_the_charts_of_their_own_facilities(self):
        row, elsewhere = AllergyFactory(), AllergyFactory()
        for role in ("doctor", "nurse"):
            user = staff_of(row.facility, role)
            assert list(Allergy.objects.visible_to(user)) == [row]
            assert elsewhere.patient not in charts_of(user)

    def test_the_chart_of_a_patient_of_no_facility_is_closed_before_a_visit(self):
        row = AllergyFactory()
        row.patient.facility = None
        row.patient.save()
        doctor = doctor_at(FacilityFactory())
        assert not charts_of(staff_of(row.facility, "nurse")).exists()
        assert not charts_of(doctor.user).exists()
        AppointmentFactory(facility=doctor.facilities.get(), doctor=doctor, patient=row.patient)
        assert list(charts_of(doctor.user)) == [row.patient]

    @pytest.mark.parametrize("role", ["receptionist", "admin"])
    def test_others_of_the_staff_open_none(self, role):
        row = AllergyFactory()
        user = staff_of(row.facility, role)
        assert not charts_of(user).exists()
        assert not Allergy.objects.visible_to(user).exists()

    def test_a_visit_opens_the_chart_for_the_doctor_and_the_nurses_there(self):
        home, other = FacilityFactory(), FacilityFactory()
        row = AllergyFactory(facility=home)
        doctor, colleague = doctor_at(other), doctor_user(other)
        nurse = staff_of(other, "nurse")
        assert not charts_of(nurse).exists()
        visit = AppointmentFactory(facility=other, doctor=doctor, patient=row.patient)
        assert list(Allergy.objects.visible_to(doctor.user)) == [row]
        assert list(Allergy.objects.visible_to(nurse)) == [row]
        assert not charts_of(colleague).exists()
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="Ill")
        assert not charts_of(doctor.user).exists()

    def test_a_draft_is_its_author_s_alone(self):
        draft = DraftFactory()
        for user in (doctor_user(draft.facility), staff_of(draft.facility, "nurse")):
            assert not MedicalRecord.objects.visible_to(user).exists()
        assert list(MedicalRecord.objects.visible_to(draft.recorded_by)) == [draft]
        draft.sign(by=draft.recorded_by, revision=draft.revision)
        nurse: User = staff_of(draft.facility, "nurse")
        assert list(MedicalRecord.objects.visible_to(nurse)) == [draft]

    def test_patients_see_the_newest_signed_versions_of_their_own(self):
        user = UserFactory(role="patient")
        facility = FacilityFactory()
        patient = PatientFactory(facility=facility, user=user)
        first = SignedFactory(patient=patient, facility=facility)
        second = amended(first, notes="Corrected")
        DraftFactory(patient=patient, facility=facility)
        wrong = SignedFactory(patient=patient, facility=facility)
        wrong.mark_entered_in_error(by=wrong.recorded_by, reason="Other patient")
        SignedFactory()
        assert list(MedicalRecord.objects.visible_to(user)) == [second]
        assert not Document.objects.visible_to(user).exists()


class TestWhereItIsWritten:
    def test_at_the_patients_facility_if_one_works_there(self):
        home, other = FacilityFactory(), FacilityFactory()
        user = doctor_user(other)
        home.staff.add(user)
        assert facility_for(user, PatientFactory(facility=home)) == home

    def test_else_where_the_visit_was(self):
        first, second = FacilityFactory(name="A"), FacilityFactory(name="B")
        doctor = doctor_at(second)
        first.staff.add(doctor.user)
        patient = PatientFactory()
        assert facility_for(doctor.user, patient) == first
        AppointmentFactory(facility=second, doctor=doctor, patient=patient)
        assert facility_for(doctor.user, patient) == second
