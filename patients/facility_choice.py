"""Choosing where a patient is cared for: what is full says so, a refusal names who has room."""

from typing import TYPE_CHECKING

from django import forms
from django.db.models import QuerySet

from facilities.models import Facility

if TYPE_CHECKING:
    from facilities.matching import Match

FULL = "facility_full"
MOST_OFFERED = 3


class FacilityField(forms.ModelChoiceField):
    """A facility; one that is full is named as full, and can be chosen by who has a place there."""

    def label_from_instance(self, facility: Facility) -> str:
        return f"Full: {facility}" if facility.is_full else str(facility)


def who_has_room(zip_code: str, choosable: QuerySet[Facility]) -> str:
    """Say in a sentence each which facilities serving the ZIP code have room, the nearest first.

    A facility that is not `choosable` registers its patients itself: call it.
    """
    matches = [match for match in Facility.objects.matching(zip_code) if not match.is_full]
    if not matches:
        return f"No facility that serves ZIP code {zip_code} has room." if zip_code else ""
    own = set(choosable.values_list("pk", flat=True))
    return " ".join(
        _offer(match, is_own=match.facility.pk in own) for match in matches[:MOST_OFFERED]
    )


def _offer(match: "Match", *, is_own: bool) -> str:
    facility = match.facility
    name = f"{facility} ({match.distance} away)" if match.distance else str(facility)
    if is_own:
        return f"{name} has room."
    how = f" at {facility.phone.as_national}" if facility.phone else ""
    return f"{name} has room: call them{how} to register there."
