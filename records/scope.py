"""Whose charts a person may open, and where what they write there is written."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from facilities.models import Facility
from patients.models import Patient
from patients.querysets import PatientQuerySet
from scheduling.models import Appointment
from scheduling.status import Status

MAY_READ = "records.view_medicalrecord"
# A visit that was held or given up is no reason to read somebody's chart.
_TAKES_PLACE = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED)


def charts_of(user: User) -> PatientQuerySet:
    """Keep the patients whose charts this person may open.

    Doctors and nurses: the patients of their facilities, and whoever has a visit with the doctor,
    or at the nurse's facility. The desk also sees whom no facility has taken yet; their charts are
    open to nobody before a visit. Patients: their own. Nobody else has any.
    """
    if not user.has_perm(MAY_READ):
        return Patient.objects.none()
    if user.is_admin or not user.is_clinic_staff:
        return Patient.objects.visible_to(user)
    visits = Appointment.objects.visible_to(user).filter(status__in=_TAKES_PLACE)
    return Patient.objects.filter(
        Q(facility__in=user.facilities.values("pk")) | Q(pk__in=visits.values("patient_id"))
    )


def facility_for(user: User, patient: Patient) -> Facility:
    """Return where this person writes about the patient: the patient's facility, if it is theirs.

    Otherwise where the patient had the last visit with them, or else the first of their own.
    Raises ValidationError `no_facility` for somebody who works nowhere.
    """
    own = Facility.objects.visible_to(user)
    visits = Appointment.objects.visible_to(user).filter(patient=patient, status__in=_TAKES_PLACE)
    last = visits.order_by("-starts_at").values_list("facility_id", flat=True).first()
    at_home = own.filter(pk=patient.facility_id or 0).first()
    facility = at_home or own.filter(pk=last or 0).first() or own.first()
    if facility is None:
        raise ValidationError(
            _("You work at no facility yet. Ask an administrator to add you to yours."),
            code="no_facility",
        )
    return facility
