"""Booking or moving anyway: over a taken time or outside hours, by who may, with a reason."""

from django.core.exceptions import PermissionDenied, ValidationError

from facilities.conflicts import codes_of
from scheduling.forms import OverrideForm
from scheduling.views.answers import DeskRequest

PERMISSION = "scheduling.override_appointment"
# The refusals that a reason can override.
OVERRIDABLE = {"doctor_busy", "outside_hours", "doctor_away", "facility_closed"}


def wanted_override(request: DeskRequest) -> OverrideForm | None:
    """Return what somebody typed who wants it anyway; raise PermissionDenied if they may not.

    Whoever presses one of the free times instead wants that one, and overrides nothing.
    """
    pressed = "anyway" in request.POST
    if not pressed and not request.POST.get("override", "").strip():
        return None
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    return OverrideForm(request.POST) if pressed or "slot" not in request.POST else None


def reason(override: OverrideForm | None) -> str:
    """Return the reason to override, or none where there is none that can be taken."""
    return override.cleaned_data["override"] if override and override.is_valid() else ""


def offered_override(
    request: DeskRequest, error: ValidationError, tried: OverrideForm | None = None
) -> OverrideForm | None:
    """Return the form to show beside a refusal, with what was typed and why it was not enough.

    What a reason did not override at once, it will not override the second time either.
    """
    if not codes_of(error) & OVERRIDABLE or not request.user.has_perm(PERMISSION):
        return None
    if tried:
        return None if tried.is_valid() else tried
    typed = request.POST.get("why", "")
    return OverrideForm(initial={"override": typed})
