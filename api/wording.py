"""The framework's own refusals, in whole sentences that say what to do."""

import math

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from rest_framework import exceptions

# In place of what the framework says where nobody said anything.
INSTEAD = {
    exceptions.NotAuthenticated: _("Sign in, and send the token as `Authorization: Bearer …`."),
    exceptions.NotFound: _("There is nothing here that you may see. Check the address and its id."),
    exceptions.ParseError: _("This request cannot be read. Correct it, and send it again."),
    exceptions.PermissionDenied: _(
        "Your role may not do this. Ask an administrator if you need it."
    ),
}
# In place of whatever the framework says.
ALWAYS = {
    exceptions.MethodNotAllowed: _(
        "This address does not take that method. `Allow` names those that it takes."
    ),
    exceptions.NotAcceptable: _(
        "The API answers in JSON alone. Leave `Accept` out, or accept `application/json`."
    ),
    exceptions.UnsupportedMediaType: _(
        "This kind of content is not taken here. Send JSON, as `Content-Type: application/json`."
    ),
}


def worded(error: exceptions.APIException) -> str:
    """Return what an error tells a person."""
    kind = type(error)
    if isinstance(error, exceptions.Throttled):
        return _wait(error.wait)
    if kind in ALWAYS:
        return str(ALWAYS[kind])
    said = str(error.detail)
    return str(INSTEAD.get(kind, said)) if said == str(kind.default_detail) else said


def _wait(seconds: float | None) -> str:
    wait = max(1, math.ceil(seconds or 1))
    return ngettext(
        "These were too many requests. Wait %(count)s second, then send it again.",
        "These were too many requests. Wait %(count)s seconds, then send it again.",
        wait,
    ) % {"count": wait}
