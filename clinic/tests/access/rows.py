"""Who may do what in the API: a row for every route and method.

Anonymous requests get 401, except where `is_open`. Of those signed in, the roles in `roles` may,
and the others get 403. Roles in `bound` reach only rows of their own facilities, or a patient only
their own: another row is a 404 for them.
"""

from typing import NamedTuple

ADMIN, DOCTOR, NURSE, DESK, PATIENT = "admin", "doctor", "nurse", "receptionist", "patient"
STAFF = frozenset({DOCTOR, NURSE, DESK})
BOUND = STAFF | {PATIENT}
EVERYONE = BOUND | {ADMIN}


class Row(NamedTuple):
    roles: frozenset[str]
    bound: frozenset[str] = frozenset()
    is_open: bool = False


def to(*roles: str, bound: frozenset[str] = BOUND) -> Row:
    return Row(frozenset(roles), bound)


# Of the network everybody sees what is in use; staff see their own facilities alone.
ANYBODY = Row(EVERYONE)
NETWORK = Row(EVERYONE, STAFF)
OPEN = Row(EVERYONE, is_open=True)
OWN = to(*EVERYONE)
WORKERS = to(ADMIN, *STAFF)
ADMINS = to(ADMIN)
DESKS = to(ADMIN, DESK)
BOOKERS = to(ADMIN, DESK, PATIENT)
CARERS = to(ADMIN, DESK, DOCTOR)

# Charts are for those who care for the patient; of their own, patients read what is in force.
CHARTS = to(DOCTOR, NURSE)
READERS = to(DOCTOR, NURSE, PATIENT)
DOCTORS = to(DOCTOR)

CRUD_BY_ADMINS = {"put": ADMINS, "patch": ADMINS, "delete": ADMINS}

ROWS: dict[str, dict[str, Row]] = {
    # Signing in, and one's own account
    "login": {"post": OPEN},
    "token": {"post": OPEN},
    "refresh": {"post": OPEN},
    "logout": {"post": ANYBODY},
    "register": {"post": OPEN},
    "verify": {"post": OPEN},
    "verify-resend": {"post": OPEN},
    "me": {"get": ANYBODY, "patch": ANYBODY},
    "my-picture": {"get": ANYBODY, "put": ANYBODY, "delete": ANYBODY},
    "password-change": {"post": ANYBODY},
    "password-reset": {"post": OPEN},
    "password-reset-confirm": {"post": OPEN},
    # Accounts
    "users-list": {"get": ADMINS, "post": ADMINS},
    "users-detail": {"get": ADMINS, **CRUD_BY_ADMINS},
    "users-activate": {"post": ADMINS},
    "users-deactivate": {"post": ADMINS},
    "user-picture": {"get": ADMINS, "put": ADMINS, "delete": ADMINS},
    # The network
    "care-types-list": {"get": ANYBODY, "post": ADMINS},
    "care-types-detail": {"get": ANYBODY, **CRUD_BY_ADMINS},
    "facilities-list": {"get": NETWORK, "post": ADMINS},
    "facilities-detail": {"get": NETWORK, **CRUD_BY_ADMINS},
    "facilities-match": {"get": ANYBODY},
    "facility-rooms": {"get": WORKERS, "post": ADMINS},
    "facility-zip-code-ranges": {"get": WORKERS, "post": ADMINS},
    "rooms-list": {"get": WORKERS, "post": ADMINS},
    "rooms-detail": {"get": WORKERS, **CRUD_BY_ADMINS},
    "zip-code-ranges-list": {"get": WORKERS, "post": ADMINS},
    "zip-code-ranges-detail": {"get": WORKERS, **CRUD_BY_ADMINS},
    "doctors-list": {"get": NETWORK, "post": ADMINS},
    "doctors-detail": {"get": NETWORK, **CRUD_BY_ADMINS},
    "doctor-activate": {"post": ADMINS},
    "doctor-deactivate": {"post": ADMINS},
    # Patients
    "patients-list": {"get": OWN, "post": DESKS},
    "patients-detail": {"get": OWN, "put": WORKERS, "patch": OWN, "delete": DESKS},
    "patients-likely-duplicates": {"post": DESKS},
    "patients-merge": {"post": DESKS},
    "patients-unmerge": {"post": DESKS},
    "registrations-list": {"get": DESKS},
    "registrations-detail": {"get": DESKS},
    "registrations-confirm": {"post": DESKS},
    "registrations-create-record": {"post": DESKS},
    "registrations-reject": {"post": DESKS},
    # When doctors are there
    "doctor-working-hours-list": {"get": WORKERS, "post": to(ADMIN, DOCTOR)},
    "doctor-working-hours-detail": {
        "get": WORKERS,
        "put": to(ADMIN, DOCTOR),
        "patch": to(ADMIN, DOCTOR),
        "delete": to(ADMIN, DOCTOR),
    },
    "doctor-time-off-list": {"get": WORKERS, "post": CARERS},
    "doctor-time-off-detail": {"get": WORKERS, "put": CARERS, "patch": CARERS, "delete": CARERS},
    "doctor-time-off-affected": {"get": WORKERS},
    "facility-closures-list": {"get": WORKERS, "post": DESKS},
    "facility-closures-detail": {"get": WORKERS, "put": DESKS, "patch": DESKS, "delete": DESKS},
    "facility-closures-affected": {"get": WORKERS},
    "doctor-calendar-feed": {
        "get": to(ADMIN, DOCTOR),
        "post": to(ADMIN, DOCTOR),
        "delete": to(ADMIN, DOCTOR),
    },
    # Types of visit, and openings
    "appointment-types-list": {"get": ANYBODY, "post": ADMINS},
    "appointment-types-detail": {"get": ANYBODY, **CRUD_BY_ADMINS},
    "appointment-types-offered-by": {"get": ANYBODY},
    "slots-list": {"get": BOOKERS},
    # Appointments
    "appointments-list": {"get": OWN, "post": BOOKERS},
    "appointments-detail": {"get": OWN, "patch": to(ADMIN, DESK, DOCTOR, PATIENT)},
    "appointments-history": {"get": OWN},
    "appointments-calendar": {"get": OWN},
    "appointments-hold": {"post": BOOKERS},
    "appointments-confirm": {"post": BOOKERS},
    "appointments-release": {"post": BOOKERS},
    "appointments-cancel": {"post": BOOKERS},
    "appointments-arrive": {"post": WORKERS},
    "appointments-check-in": {"post": WORKERS},
    "appointments-fulfil": {"post": CARERS},
    "appointments-noshow": {"post": CARERS},
    "appointments-entered-in-error": {"post": ADMINS},
    "appointments-status": {"patch": BOOKERS},
    "appointments-undo": {"post": OWN},
    "appointments-waitlist-fits": {"get": WORKERS},
    # Series
    "series-list": {"get": WORKERS, "post": DESKS},
    "series-detail": {"get": WORKERS},
    "series-cancel-following": {"post": DESKS},
    "series-move-following": {"post": DESKS},
    # The waitlist
    "waitlist-list": {"get": WORKERS, "post": CARERS},
    "waitlist-detail": {"get": WORKERS, "patch": DESKS},
    "waitlist-book": {"post": DESKS},
    "waitlist-close": {"post": DESKS},
    "waitlist-remove": {"post": DESKS},
    # Charts
    "medical-records-list": {"get": READERS, "post": DOCTORS},
    "medical-records-detail": {"get": READERS, "patch": DOCTORS},
    "medical-records-sign": {"post": DOCTORS},
    "medical-records-amend": {"post": DOCTORS},
    "medical-records-versions": {"get": READERS},
    "medical-records-entered-in-error": {"post": DOCTORS},
    "encounters-list": {"get": READERS},
    "encounters-detail": {"get": READERS},
    "conditions-list": {"get": READERS, "post": DOCTORS},
    "conditions-detail": {"get": READERS, "patch": DOCTORS},
    "conditions-entered-in-error": {"post": DOCTORS},
    "allergies-list": {"get": READERS, "post": CHARTS},
    "allergies-detail": {"get": READERS, "patch": DOCTORS},
    "allergies-entered-in-error": {"post": CHARTS},
    "medications-list": {"get": READERS, "post": DOCTORS},
    "medications-detail": {"get": READERS, "patch": DOCTORS},
    "medications-entered-in-error": {"post": DOCTORS},
    "documents-list": {"get": READERS, "post": CHARTS},
    "documents-detail": {"get": READERS},
    "documents-content": {"get": READERS},
    "documents-entered-in-error": {"post": CHARTS},
    "health-summaries-list": {"get": READERS, "post": DOCTORS},
    "health-summaries-detail": {"get": READERS},
    "health-summaries-entered-in-error": {"post": DOCTORS},
    "patient-medical-records": {"get": READERS},
    "patient-encounters": {"get": READERS},
    "patient-conditions": {"get": READERS},
    "patient-allergies": {"get": READERS},
    "patient-medications": {"get": READERS},
    "patient-documents": {"get": READERS},
    "patient-health-summaries": {"get": READERS},
}
