"""What protects passwords, codes and other people's mailboxes from somebody who tries and tries.

How and for whom is counted, `accounts.limits` says; signing in has the same limit on every door.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from accounts.limits import MINUTE, SIGNING_IN, Counted, Limits, hidden, network, same
from api.limits import Limit, Protective, count

HOUR = timedelta(hours=1)


class ByAddress(Protective):
    """Counts a request for the address that it comes from."""

    limit: Limit

    def counted(self, request: Request, view: Any) -> Counted:
        return [(self.limit, network(request))]


class ByNameThere(Protective):
    """Counts for the account that the request names as well, whether there is one or not."""

    limits: Limits
    fields: tuple[str, ...] = ("email",)

    def counted(self, request: Request, view: Any) -> Counted:
        data = request.data if isinstance(request.data, dict) else {}
        said = (data.get(field) for field in self.fields)
        return self.limits.counted(request, [str(name) for name in said if name])


class Letters:
    """How many letters of a kind others can have posted to one mailbox, here and from everywhere.

    Past it the request is answered as always and no letter goes out. A refusal would let anybody
    stop somebody else; and those letters that did go out are good.
    """

    def __init__(self, kind: str) -> None:
        self.there, self.everywhere = Limit(f"{kind}_there", 5, HOUR), Limit(kind, 15, HOUR)

    def may_go(self, request: Request, email: str) -> bool:
        """Count one more letter, and say whether it may be posted."""
        now, name = timezone.now(), same(email)
        pair = hidden(f"{network(request)} {name}")
        counted = ((self.there, pair), (self.everywhere, hidden(name)))
        return all(count(limit, who, now).is_within for limit, who in counted)


class ByAccount(Protective):
    """Counts a request for the account that is signed in."""

    limit: Limit

    def counted(self, request: Request, view: Any) -> Counted:
        return [(self.limit, str(request.user.pk))]


class SigningIn(ByNameThere):
    limits = SIGNING_IN
    fields = ("email", "username")


class Refreshing(ByAddress):
    limit = Limit("refresh", 300, MINUTE)


class Resetting(ByAddress):
    limit = Limit("reset_address", 30, HOUR)


class ConfirmingReset(ByAddress):
    limit = Limit("reset_confirm", 30, MINUTE)


class EnteringPassword(ByAccount):
    """For what asks somebody who is signed in for their password once more."""

    limit = Limit("password", 10, 5 * MINUTE)


class ChangingAddress(EnteringPassword):
    """The same, and for asking whether an address is taken."""

    def counted(self, request: Request, view: Any) -> Counted:
        is_asked = isinstance(request.data, dict) and "email" in request.data
        return super().counted(request, view) if is_asked else []


class Registering(ByAddress):
    limit = Limit("register_address", 30, HOUR)


class Verifying(ByNameThere):
    limits = Limits(
        Limit("verify_address", 30, 15 * MINUTE),
        Limit("verify_there", 10, 15 * MINUTE),
        Limit("verify", 50, 15 * MINUTE),
    )


class Resending(ByAddress):
    limit = Limit("resend_address", 30, HOUR)


RESETS, REGISTRATIONS, CODES = Letters("reset"), Letters("register"), Letters("resend")
