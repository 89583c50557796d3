"""Who may do what on the pages: a row for every route outside the API and the admin.

Whoever is not signed in is asked to, except where `is_open`. Roles in `roles` may. Those in `bound`
reach rows of their own facilities alone, and those in `alone` of these only what is their own, as a
doctor's calendar is; what else there is they do not find. What `leads_out` ends at the page to sign
in, for everybody. A method without a row is never answered.
"""

from typing import NamedTuple

from clinic.tests.access.rows import ADMIN, DESK, DOCTOR, EVERYONE, NURSE, PATIENT, STAFF


class Row(NamedTuple):
    roles: frozenset[str]
    bound: frozenset[str] = STAFF
    alone: frozenset[str] = frozenset()
    is_open: bool = False
    leads_out: bool = False


def to(*roles: str, alone: str = "") -> Row:
    return Row(frozenset(roles), alone=frozenset({alone} - {""}))


def get(row: Row) -> dict[str, Row]:
    return {"get": row}


def post(row: Row) -> dict[str, Row]:
    return {"post": row}


def both(row: Row) -> dict[str, Row]:
    return {"get": row, "post": row}


OPEN = Row(EVERYONE, bound=frozenset(), is_open=True)
# One's own account: nobody reaches that of another, not even an administrator.
ACCOUNT = Row(EVERYONE, bound=EVERYONE)
OUT = Row(EVERYONE, is_open=True, leads_out=True)
# Whosever it is, the password is asked for first.
ASKED = Row(EVERYONE, bound=frozenset())
ADMINS = to(ADMIN)
WORKERS = to(ADMIN, *STAFF)
DESKS = to(ADMIN, DESK)
CARERS = to(ADMIN, DESK, DOCTOR)
# A doctor's own visits, calendar and hours, and not those of a colleague.
VISITS = to(ADMIN, *STAFF, alone=DOCTOR)
STEPS = to(ADMIN, DESK, DOCTOR, alone=DOCTOR)
OWN_TIME = to(ADMIN, DOCTOR, alone=DOCTOR)
CHARTS = to(DOCTOR, NURSE)
DOCTORS = to(DOCTOR)
AUTHORS = to(DOCTOR, alone=DOCTOR)
# A patient's own; what can be booked online is the same for every patient.
MINE = Row(frozenset({PATIENT}), bound=frozenset({PATIENT}))
ONLINE = Row(frozenset({PATIENT}), bound=frozenset())

ROWS: dict[str, dict[str, Row]] = {
    # The desk
    "scheduling:desk": get(ACCOUNT),  # which leads patients to their own pages
    "scheduling:board": get(WORKERS),
    "scheduling:week": get(WORKERS),
    "scheduling:week-of": get(WORKERS),
    "scheduling:list": get(WORKERS),
    "scheduling:month": get(WORKERS),
    "scheduling:day-sheet": get(WORKERS),
    "scheduling:insight": get(to(ADMIN, DOCTOR)),
    "scheduling:insight-file": get(to(ADMIN, DOCTOR)),
    "facilities:match": get(WORKERS),
    # Finding a time, and booking it
    "scheduling:find": both(DESKS),
    "scheduling:search": both(WORKERS),
    "scheduling:first-openings": both(DESKS),
    "scheduling:hold": post(DESKS),
    "scheduling:release": post(DESKS),
    "scheduling:book": both(DESKS),
    "scheduling:book-series": both(DESKS),
    "scheduling:find-patient": post(DESKS),
    "scheduling:same-person": post(DESKS),
    "scheduling:walk-in-here": get(DESKS),
    "scheduling:walk-in": both(DESKS),
    "scheduling:again": get(DESKS),
    "scheduling:take-back": post(DESKS),
    # Visits
    "scheduling:appointment": get(VISITS),
    "scheduling:slip": get(VISITS),
    "scheduling:appointment-file": get(VISITS),
    "scheduling:arrive": post(VISITS),
    "scheduling:check-in": post(VISITS),
    "scheduling:fulfil": post(STEPS),
    "scheduling:noshow": post(STEPS),
    "scheduling:undo": post(VISITS),
    "scheduling:cancel": post(DESKS),
    "scheduling:reschedule": both(DESKS),
    # The waitlist
    "scheduling:waitlist": get(WORKERS),
    "scheduling:waitlist-add": both(CARERS),
    "scheduling:waitlist-entry": both(DESKS),
    "scheduling:waitlist-remove": both(DESKS),
    "scheduling:waitlist-fits": get(WORKERS),
    "scheduling:waitlist-book": post(DESKS),
    "scheduling:waitlist-offer": both(DESKS),
    # When doctors are there
    "scheduling:doctors": get(WORKERS),
    "scheduling:hours": get(WORKERS),
    "scheduling:add-hours": both(OWN_TIME),
    "scheduling:change-hours": both(OWN_TIME),
    "scheduling:end-hours": both(OWN_TIME),
    "scheduling:delete-hours": post(OWN_TIME),
    "scheduling:stranded": get(WORKERS),
    "scheduling:move-stranded": post(DESKS),
    "scheduling:doctor-time-off": get(WORKERS),
    "scheduling:absences": get(WORKERS),
    "scheduling:time-off": get(WORKERS),
    "scheduling:add-time-off": both(STEPS),
    "scheduling:change-time-off": both(STEPS),
    "scheduling:delete-time-off": post(STEPS),
    "scheduling:move-time-off": post(DESKS),
    "scheduling:block": both(STEPS),
    "scheduling:unblock": post(STEPS),
    "scheduling:closure": get(WORKERS),
    "scheduling:add-closure": both(DESKS),
    "scheduling:change-closure": both(DESKS),
    "scheduling:delete-closure": post(DESKS),
    "scheduling:move-closure": post(DESKS),
    "scheduling:feeds": get(to(ADMIN, DOCTOR)),
    "scheduling:feed-issue": post(OWN_TIME),
    "scheduling:feed-replace": post(OWN_TIME),
    "scheduling:feed-revoke": post(OWN_TIME),
    # For whoever has its secret address
    "scheduling:feed": get(OPEN._replace(roles=EVERYONE - {PATIENT})),
    # Patients
    "scheduling:patient": get(WORKERS),
    "scheduling:patient-contact": post(WORKERS),
    "scheduling:patient-merge": {"get": WORKERS, "post": DESKS},
    "scheduling:patient-unmerge": post(DESKS),
    "patients:list": both(WORKERS),
    "patients:find": post(WORKERS),
    "patients:new": both(DESKS),
    "patients:alike": post(DESKS),
    "patients:edit": both(WORKERS),
    "patients:duplicates": get(WORKERS),
    "patients:duplicate-count": get(WORKERS),
    "patients:different": post(DESKS),
    "patients:not-different": post(DESKS),
    # Who saw what
    "patients:access-log": both(ADMINS),
    "patients:access-log-csv": get(ADMINS),
    "patients:seen-by": get(ADMINS),
    # Charts
    "records:today": get(CHARTS),
    "records:chart": get(CHARTS),
    "records:summary": post(DOCTORS),
    "records:upload": post(CHARTS),
    "records:document": get(CHARTS),
    "records:begin-note": post(DOCTORS),
    "records:note": {"get": CHARTS, "post": AUTHORS},
    "records:amend": post(DOCTORS),
    "records:discard": both(AUTHORS),
    "records:add": post(CHARTS),
    "records:end": post(DOCTORS),
    "records:error": both(CHARTS),
    # A patient's own pages
    "portal:visits": get(MINE),
    "portal:visit": get(MINE),
    "portal:visit-file": get(MINE),
    "portal:move": both(MINE),
    "portal:cancel": both(MINE),
    "portal:undo": post(MINE),
    "portal:book": get(ONLINE),
    "portal:times": get(ONLINE),
    "portal:hold": post(ONLINE),
    "portal:confirm": both(MINE),
    "portal:release": post(MINE),
    "portal:records": get(MINE),
    "portal:note": get(MINE),
    "portal:document": get(MINE),
    "portal:details": both(MINE),
    # Signing in, and one's own account
    "account_login": both(OPEN),
    "account_logout": {"get": ACCOUNT, "post": OUT},
    "account_signup": both(OPEN),
    "account_inactive": get(OPEN),
    "account_reset_password": both(OPEN),
    "account_reset_password_done": get(OPEN),
    "account_reset_password_from_key": both(OPEN),
    "account_reset_password_from_key_done": get(OPEN),
    "account_language": post(OPEN),
    "account_theme": post(ACCOUNT),
    "account_sessions": get(ACCOUNT),
    "account_sign_out_everywhere": post(OUT),
    "account_reauthenticate": both(ACCOUNT),
    "mfa_reauthenticate": both(ACCOUNT),
    "mfa_reauthenticate_webauthn": {"get": ACCOUNT, "post": OUT},
    "mfa_index": get(ACCOUNT),
    "mfa_authenticate": both(ACCOUNT),
    "mfa_activate_totp": both(ACCOUNT),
    "mfa_deactivate_totp": both(ACCOUNT),
    "mfa_view_recovery_codes": get(ACCOUNT),
    "mfa_generate_recovery_codes": both(ACCOUNT),
    "mfa_add_webauthn": both(ACCOUNT),
    "mfa_remove_webauthn": both(ASKED),
    # For machines, and for whoever writes an application
    "api-schema": get(OPEN),
    "api-docs": get(OPEN),
    "api-redoc": get(OPEN),
    "api-redoc-script": get(OPEN),
    "health": get(OPEN),
    "health-ready": get(OPEN),
    "^api/": {},  # whatever leads nowhere there
}

# What an answer takes beside the path: a row of the place by its kind, or else just this word.
SLOT = {"doctor": "doctors", "starts_at": "time"}
OF_A_VERSION = tuple(
    f"scheduling:{step}"
    for step in (
        "arrive",
        "check-in",
        "fulfil",
        "noshow",
        "undo",
        "cancel",
        "reschedule",
        "take-back",
    )
)
OF_A_LIST = ("scheduling:move-time-off", "scheduling:move-closure", "scheduling:move-stranded")
NAMED: dict[str, dict[str, str]] = {
    "scheduling:add-time-off": {"doctor": "doctors"},
    "scheduling:add-closure": {"facility": "facilities"},
    "scheduling:hold": SLOT,
    "scheduling:book": SLOT,
    "scheduling:book-series": SLOT,
    "scheduling:find-patient": SLOT,
    "scheduling:same-person": SLOT,
    "scheduling:waitlist-fits": SLOT | {"facility": "facilities", "ends_at": "time-after"},
    "scheduling:waitlist-book": SLOT | {"facility": "facilities", "ends_at": "time-after"},
    **{name: {"version": "version"} for name in OF_A_VERSION},
    "scheduling:reschedule": SLOT | {"version": "version"},
    **{name: {"move": "moves"} for name in OF_A_LIST},
    "scheduling:waitlist-offer": {"entry": "waits"},
    "portal:move": SLOT | {"version": "version"},
    "portal:cancel": {"version": "version"},
    "portal:undo": {"version": "version"},
    "portal:hold": SLOT | {"facility": "facilities"},
    "patients:different": {"pair": "pair"},
    "account_language": {"language": "es"},
    "account_theme": {"theme": "dark"},
}
