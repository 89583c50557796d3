"""The accounts of the demo clinic: one for each role, all with the same password."""

from datetime import datetime

from accounts.models import User
from clinic.demo.places import Site
from scheduling.calendars import local
from scheduling.models import Appointment

PASSWORD = "clinic-demo-2026"  # nosec B105 # noqa: S105 - printed at every start, and refused in production

ACCOUNTS = {
    "admin": (User.Role.ADMIN, "Robin Ashford"),
    "reception": (User.Role.RECEPTIONIST, "Sam Whitfield"),
    "doctor": (User.Role.DOCTOR, ""),
    "nurse": (User.Role.NURSE, "Alex Moreau"),
    "patient": (User.Role.PATIENT, ""),
}


def create(sites: list[Site], now: datetime) -> dict[str, User]:
    """Write the accounts; all but the administrator work at the first two sites.

    The doctor's account belongs to a doctor who works at the first site today.
    """
    today = local(now, sites[0].facility).date()
    here_today = sites[0].facility.working_hours.filter(weekday=today.isoweekday())
    doctor = here_today.select_related("doctor").order_by("doctor_id")[0].doctor
    users = {
        username: User.objects.create_user(
            username,
            f"{username}@demo.example",
            PASSWORD,
            role=role,
            full_name=full_name or doctor.name,
        )
        for username, (role, full_name) in ACCOUNTS.items()
    }
    doctor.user = users["doctor"]
    doctor.save(update_fields=["user"])
    for site in sites[:2]:
        site.facility.staff.add(users["reception"], users["nurse"])
    sites[0].facility.staff.add(users["doctor"])
    return users


def give_to_a_patient(user: User, site: Site, now: datetime) -> None:
    """Link the patient's account to somebody who has a visit to come at this site."""
    to_come = Appointment.objects.expected(now).filter(facility=site.facility)
    patient = site.facility.patients.filter(pk__in=to_come.values("patient"))[0]
    patient.user = user
    patient.save(update_fields=["user"])
    user.full_name = str(patient)
    user.save(update_fields=["full_name"])
