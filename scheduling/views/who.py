"""Who a booking is for: a patient chosen, looked for, or about to be registered."""

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from facilities.models import Facility
from patients.forms import NewPatientForm
from patients.models import Patient
from patients.search import parse_date
from patients.typed_dates import writing
from scheduling.asked import number_in
from scheduling.views.answers import DeskRequest
from scheduling.views.board import patient_named

FOUND_AT_ONCE = 8
LONGEST_SEARCH = 200
NEWCOMER_FIELDS = ("given_name", "family_name", "date_of_birth", "phone")
LOOKING = frozenset({"find", "pick", "clear", "retime"})


class PatientChoice:
    """The patient part of the booking form, read from what has been posted so far.

    Nothing typed is lost: what is not acted on yet is shown again as it was typed.
    """

    def __init__(self, request: DeskRequest, facility: Facility) -> None:
        self.facility, self.user, self.posted = facility, request.user, request.POST
        self.patients = Patient.objects.visible_to(request.user)
        self.chosen = self._chosen() if request.method == "POST" else patient_named(request)
        self.newcomer = self._newcomer()
        self.registered: Patient | None = None
        self.error = ""
        self.shows_alike = False

    @property
    def is_looking(self) -> bool:
        """Say whether a button was pressed that only looks for a patient."""
        return bool(LOOKING & self.posted.keys()) and "slot" not in self.posted

    @property
    def text(self) -> str:
        """Return what is typed into the search field."""
        return self.posted.get("q", "")[:LONGEST_SEARCH].replace("\0", "")

    @cached_property
    def found(self) -> list[Patient] | None:
        """Return the patients found, best first, or None when nothing was asked."""
        if self.chosen or not self.text.strip():
            return None
        return self.patients.search(self.text, limit=FOUND_AT_ONCE + 1)

    @property
    def shown(self) -> list[Patient]:
        """Return as many of the patients found as are shown at once."""
        return (self.found or [])[:FOUND_AT_ONCE]

    @property
    def has_more(self) -> bool:
        return len(self.found or []) > FOUND_AT_ONCE

    @property
    def is_new(self) -> bool:
        """Say whether something is typed into the new-patient fields."""
        return any(self.posted.get(name, "").strip() for name in NEWCOMER_FIELDS)

    @property
    def offers_new(self) -> bool:
        """Say whether nobody was found by Enter, so that a new patient is the next thing."""
        return "find" in self.posted and not self.is_new and self.found == []

    @cached_property
    def alike(self) -> list[Patient]:
        """Return who may be the person that is typed into the new-patient fields."""
        if self.chosen or not self.is_new:
            return []
        typed = NewPatientForm(self.posted, facility=self.facility)
        typed.is_valid()
        given_name, family_name, born, phone = map(typed.cleaned_data.get, NEWCOMER_FIELDS)
        return self.patients.likely_duplicates(
            given_name or "", family_name or "", born, phone or ""
        )

    @property
    def alike_because(self) -> list[tuple[Patient, str]]:
        """Return the same with what each has in common with what is typed."""
        typed = parse_date(self.posted.get("date_of_birth", ""), writing())
        words = (_("Same phone, similar name"), _("Same date of birth, similar name"))
        return [(person, words[person.date_of_birth == typed]) for person in self.alike]

    @property
    def candidates(self) -> list[Patient]:
        """Return who an earlier press of the same button may have booked or registered."""
        if self.chosen:
            return [self.chosen]
        if not self.newcomer.is_valid():
            return []
        return [person for person in self.alike if self._is_typed(person)]

    def _is_typed(self, person: Patient) -> bool:
        typed = self.newcomer.cleaned_data
        names = ("given_name", "family_name", "date_of_birth")
        return all(getattr(person, name) == typed[name] for name in names)

    def settle(self) -> Patient | None:
        """Return the chosen patient, or register the new one; None when neither can be had.

        Somebody who looks the same is shown first: registering goes on at the second press.
        """
        if self.chosen:
            return self.chosen
        if not self.is_new:
            self.error = _(
                "Choose a patient from the search, or fill in the new patient’s details."
            )
        elif {str(person.pk) for person in self.alike} - set(self.posted.getlist("seen")):
            self.shows_alike = True
        elif self.newcomer.is_valid():
            self._register()
        return self.chosen

    def _register(self) -> None:
        try:
            self.chosen = self.registered = self.newcomer.save()
        except ValidationError as error:
            self.newcomer.add_error(None, error.messages)

    def _chosen(self) -> Patient | None:
        if "clear" in self.posted:
            return None
        pressed = self.posted.get("pick") or self.posted.get("patient") or self._only()
        return self.patients.active().filter(pk=number_in(pressed) or 0).first()

    def _only(self) -> str:
        """Return the record that Enter means: the only one found, once it has been shown."""
        only = self.posted.get("only", "")
        if "find" not in self.posted or not only or self.is_new:
            return ""
        found = self.patients.search(self.text, limit=2)
        return only if [str(person.pk) for person in found] == [only] else ""

    def _newcomer(self) -> Any:
        if not self.is_new:
            initial = names_in(self.text) if self.offers_new else None
            return NewPatientForm(facility=self.facility, initial=initial)
        if self.chosen or self.is_looking:
            typed = {name: self.posted.get(name, "") for name in NEWCOMER_FIELDS}
            return NewPatientForm(facility=self.facility, initial=typed)
        return NewPatientForm(self.posted, facility=self.facility)


def names_in(text: str) -> dict[str, str]:
    """Return the names in what was typed to find somebody, as "Marsh, Ottoline"."""
    if any(letter.isdigit() or letter == "@" for letter in text):
        return {}
    if "," in text:
        family, _, given = text.partition(",")
    else:
        given, _, family = text.strip().rpartition(" ")
    return {"given_name": given.strip(), "family_name": family.strip()}
