"""Choosing where a patient is cared for: what is full says so, a refusal names who has room."""

from typing import TYPE_CHECKING

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from facilities.models import Facility

if TYPE_CHECKING:
    from facilities.matching import Match

FULL = "facility_full"
MOST_OFFERED = 3


class FacilityField(forms.ModelChoiceField):
    """A facility; one that is full is named as full, and can be chosen by who has a place there."""

    def label_from_instance(self, facility: Facility) -> str:
        return (
            _("Full: %(facility)s") % {"facility": facility} if facility.is_full else str(facility)
        )


def who_has_room(zip_code: str, choosable: QuerySet[Facility]) -> str:
    """Say in a sentence each which facilities serving the ZIP code have room, the nearest first.

    A facility that is not `choosable` registers its patients itself: call it.
    """
    matches = [match for match in Facility.objects.matching(zip_code) if not match.is_full]
    if not matches:
        nowhere = _("No facility that serves ZIP code %(zip_code)s has room.")
        return nowhere % {"zip_code": zip_code} if zip_code else ""
    own = set(choosable.values_list("pk", flat=True))
    return " ".join(
        _offer(match, is_own=match.facility.pk in own) for match in matches[:MOST_OFFERED]
    )


def _offer(match: "Match", *, is_own: bool) -> str:
    facility = match.facility
    name = str(facility)
    if match.distance:
        away = _("%(facility)s (%(distance)s away)")
        name = away % {"facility": facility, "distance": match.distance}
    if is_own:
        return _("%(facility)s has room.") % {"facility": name}
    if not facility.phone:
        told = _("%(facility)s has room: call them to register there.")
        return told % {"facility": name}
    told = _("%(facility)s has room: call them at %(phone)s to register there.")
    return told % {"facility": name, "phone": facility.phone.as_national}
