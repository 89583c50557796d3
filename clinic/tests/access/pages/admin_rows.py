"""What an administrator may do in the admin: a row for every model and kind of view.

Everybody else is kept out of all of it, and whoever is not signed in is asked to.
"""

# A kind of view with the methods that it answers; what is not named is refused.
Views = dict[str, frozenset[str]]

GET, BOTH = frozenset({"get"}), frozenset({"get", "post"})
# The address of a row alone leads on to its form, which is the one to refuse.
NOTHING: Views = {"address": BOTH}
READ: Views = NOTHING | {"changelist": BOTH, "change": GET, "history": BOTH}
CHANGED: Views = READ | {"change": BOTH}
WRITTEN: Views = CHANGED | {"add": BOTH, "delete": BOTH}
# With a spreadsheet to fill in, to send and to take away.
EXCHANGED: Views = WRITTEN | {"import": BOTH, "template": GET, "export": GET}

MODELS: dict[str, Views] = {
    "accounts_user": WRITTEN,
    "accounts_signin": READ,
    "facilities_caretype": WRITTEN,
    "facilities_facility": EXCHANGED,
    "facilities_zipcoderange": EXCHANGED,
    "facilities_room": WRITTEN,
    "facilities_doctor": EXCHANGED,
    "patients_patient": EXCHANGED | {"everything": GET},
    "patients_registration": CHANGED,
    "patients_contactentry": READ,
    "patients_patientchange": READ,
    "patients_patientmerge": READ,
    "patients_differentpeople": READ,
    "scheduling_appointmenttype": WRITTEN,
    "scheduling_workinghours": WRITTEN,
    "scheduling_timeoff": WRITTEN,
    "scheduling_closure": WRITTEN,
    # Changed by the actions of the list, which are the model's own methods.
    "scheduling_appointment": READ,
    "scheduling_appointmentevent": READ,
    "scheduling_appointmentseries": READ,
    "scheduling_calendarfeed": READ,
    "scheduling_waitlistentry": READ,
    # Clinical rows are no administrator's, unless the installation lets them read.
    "records_allergy": NOTHING,
    "records_condition": NOTHING,
    "records_document": NOTHING,
    "records_encounter": NOTHING,
    "records_healthsummary": NOTHING,
    "records_medicalrecord": NOTHING,
    "records_medication": NOTHING,
}

# Pages of the whole site. Whatever leads nowhere is not found by an administrator either.
SITE: dict[str, frozenset[str]] = {
    "admin:index": BOTH,
    "admin:login": BOTH,
    "admin:logout": frozenset({"post"}),
    "admin:password_change": BOTH,
    "admin:password_change_done": GET,
    "admin:jsi18n": GET,
    "admin:app_list": BOTH,
    "admin:autocomplete": GET,
    "admin:view_on_site": BOTH,
    "admin:admin/(?P<url>.*)$": frozenset(),
}
