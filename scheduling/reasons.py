"""The reasons that the program itself gives or offers: stored in English, read in any language."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

CANCELLING = (
    _("Patient asked to cancel"),
    _("Patient is ill"),
    _("Patient will book again later"),
    _("Doctor is unavailable"),
    _("Booked by mistake"),
)
REMOVING = (
    _("No longer needed"),
    _("Seen elsewhere"),
    _("Could not be reached"),
    _("Put on the list by mistake"),
)
TAKEN_BACK = _("Booked by mistake")
HOLD_EXPIRED = _("The hold expired")
HOLD_GIVEN_UP = _("The hold was given up")
REMOVED_BY_ADMIN = _("Removed by an administrator")

_OWN = frozenset((*CANCELLING, *REMOVING, HOLD_EXPIRED, HOLD_GIVEN_UP, REMOVED_BY_ADMIN))


def said(reason: str) -> str:
    """Return a reason for whoever reads now; what somebody has typed stays as it is."""
    return gettext(reason) if reason in _OWN else reason
