"""The two facilities of the API's table, a colleague of the own doctor, and everybody's browser."""

import time
from datetime import timedelta
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.second_steps import recovery_codes_of, with_app, with_passkey
from clinic.tests.access import world
from clinic.tests.access.asking import _with_file
from clinic.tests.access.world import Place
from facilities.tests.factories import staff_of
from patients.models import DifferentPeople, PatientMerge
from patients.tests.factories import PatientFactory
from records.tests.factories import DraftFactory, doctor_user
from scheduling.board import iso_instant
from scheduling.models import Appointment, CalendarFeed
from scheduling.tests.factories import WaitlistEntryFactory, in_days


class World(NamedTuple):
    """`colleague` has the rows of another doctor and another patient of the own facility.

    `passkeys` are everybody's own; `browsers` are signed in, by role, and one of nobody.
    """

    own: Place
    colleague: Place
    other: Place
    passkeys: dict[str, Authenticator]
    browsers: dict[str, Client]

    def place(self, whose: str, role: str) -> Place:
        """Return somebody's rows; of the own account, its own are each person's."""
        place: Place = getattr(self, whose)
        is_theirs = whose == "own" and role in self.passkeys
        return place | ({"passkeys": self.passkeys[role]} if is_theirs else {})


def build() -> World:
    own, other, people = world.build()
    facility = own["facilities"]
    colleague = own | world._of_the_desk(facility)
    colleague |= world._of_the_chart(colleague["patients"], doctor_user(facility))
    own |= _more(own, people["doctor"], people["receptionist"])
    colleague |= _more(colleague, doctor_user(facility), staff_of(facility))
    other |= _more(other, doctor_user(other["facilities"]), other["user"])
    own |= {"kept": _kept(own, people["patient"])}
    colleague |= {"kept": own["kept"]}
    other |= {"kept": _kept(other, other["user"])}
    passkeys = {role: _second_steps(person) for role, person in people.items()}
    browsers = {role: _browser(person) for role, person in people.items()}
    return World(own, colleague, other, passkeys, browsers | {"anonymous": Client()})


def _more(place: Place, author: User, desk: User) -> Place:
    """Return what only pages are about; `desk` is who holds the hold."""
    facility = place["facilities"]
    first, second, third = (PatientFactory(facility=facility) for _ in range(3))
    whose = {"patient": place["patients"], "facility": facility}
    visit = place["appointments"]
    starts_at, doctor = in_days(3, 11, facility=facility), place["doctors"]
    hold = {**whose, "doctor": doctor, "starts_at": in_days(5, 9, facility=facility)}
    _with_file(place["documents"])
    known = CalendarFeed.objects.get(doctor=doctor)
    known.revoke(by=None)
    known.delete()
    feed, token = CalendarFeed.objects.issue(doctor, by=None)
    end = iso_instant(starts_at + timedelta(minutes=30))
    return {
        "doctor-working-hours": doctor.working_hours.first(),
        "drafts": DraftFactory(**whose, by=author),
        "merges": PatientMerge.objects.merge(first, into=second, by=desk),
        "duplicates": DifferentPeople.objects.decide([second, third], by=desk),
        "second": PatientFactory(facility=facility),
        "pair": f"{place['patients'].pk}-{place['waitlist'].patient_id}",
        "feeds": feed,
        "feed-token": token,
        "holds": Appointment.objects.hold(**hold, now=timezone.now(), by=desk),
        "time": iso_instant(starts_at),
        "time-after": end,
        "version": visit.version,
        "moves": f"{visit.pk}|{visit.version}|{doctor.pk}|{iso_instant(starts_at)}",
        "waits": WaitlistEntryFactory(patient=place["patients"], facility=facility),
        "passkeys": _second_steps(staff_of(facility)),
    }


def _kept(place: Place, by: User) -> Appointment:
    """Return a time that is held for the place's patient as they book online."""
    facility = place["facilities"]
    return Appointment.objects.hold(
        patient=place["patients"],
        facility=facility,
        doctor=place["doctors"],
        type=place["appointment-types"],
        starts_at=in_days(6, 9, facility=facility),
        now=timezone.now(),
        by=by,
    )


def _second_steps(person: User) -> Authenticator:
    """Give somebody an app, recovery codes and a passkey, and return that."""
    with_app(person)
    recovery_codes_of(person)
    return with_passkey(person)


def _browser(person: User) -> Client:
    """Return a client of somebody who has just typed the password."""
    client = Client()
    client.force_login(person)
    session: Any = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client
