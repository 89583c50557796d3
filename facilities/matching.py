"""Which facilities can take somebody who lives in a ZIP code, and in which order to offer them.

With room before full, then the nearest first, those at an unknown distance last, then by name: the
first line is the answer, and a full facility is still named, so that nobody wonders where it went.
Distances are between the middles of two ZIP codes, so they are told in whole miles.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities.zip_codes import centroid, miles_between

if TYPE_CHECKING:
    from facilities.models import Facility


class Match(NamedTuple):
    """A facility, and how far it is from the ZIP code in miles, or None where nobody knows."""

    facility: "Facility"
    miles: float | None

    @property
    def is_full(self) -> bool:
        return self.facility.is_full

    @property
    def distance(self) -> str:
        """Return whole miles in words, or "" where the distance is unknown."""
        if self.miles is None:
            return ""
        whole = round(self.miles)
        if whole == 0:
            return _("under a mile")
        shown = number_format(whole, force_grouping=True)
        return ngettext("%(count)s mile", "%(count)s miles", whole) % {"count": shown}


def ranked(facilities: Iterable["Facility"], zip_code: str) -> list[Match]:
    """Return the facilities in the order in which to offer them to somebody from the ZIP code."""
    matches = [Match(facility, miles(zip_code, facility.zip_code)) for facility in facilities]
    return sorted(matches, key=_place)


def miles(zip_code: str, other: str) -> float | None:
    """Return the miles between the middles of two ZIP codes, None if either is not known."""
    here, there = centroid(zip_code), centroid(other)
    return miles_between(here, there) if here and there else None


def _place(match: Match) -> tuple[bool, bool, float, str, int]:
    facility, distance = match
    return facility.is_full, distance is None, distance or 0, facility.name, facility.pk
