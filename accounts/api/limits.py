"""What protects passwords, codes and other people's mailboxes from somebody who tries and tries.

Each is counted before the work is done, for an address and for whom the request is about, so that
neither one machine nor many get further with one account. Names are hashed: the table of counts
tells nobody who was here.
"""

from datetime import timedelta
from typing import Any

from django.utils.crypto import salted_hmac
from rest_framework.request import Request

from api.limits import Limit, Protective

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Counted = list[tuple[Limit, str]]


class ByAddress(Protective):
    """Counts a request for the address that it comes from."""

    limit: Limit

    def counted(self, request: Request, view: Any) -> Counted:
        return [(self.limit, str(self.get_ident(request)))]


class ByAddressAndName(ByAddress):
    """Counts for the account that the request names as well, whether there is one or not."""

    limit_of_name: Limit
    fields: tuple[str, ...] = ("email",)

    def counted(self, request: Request, view: Any) -> Counted:
        data = request.data if isinstance(request.data, dict) else {}
        names = {str(data.get(field)).strip().lower() for field in self.fields if data.get(field)}
        of_name = [(self.limit_of_name, _hidden(name)) for name in sorted(names)]
        return [*super().counted(request, view), *of_name]


class ByAccount(Protective):
    """Counts a request for the account that is signed in."""

    limit: Limit

    def counted(self, request: Request, view: Any) -> Counted:
        return [(self.limit, str(request.user.pk))]


class SigningIn(ByAddressAndName):
    limit = Limit("sign_in_address", 30, MINUTE)
    limit_of_name = Limit("sign_in", 10, 5 * MINUTE)
    fields = ("email", "username")


class Refreshing(ByAddress):
    limit = Limit("refresh", 300, MINUTE)


class Resetting(ByAddressAndName):
    limit = Limit("reset_address", 30, HOUR)
    limit_of_name = Limit("reset", 5, HOUR)


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


class Registering(ByAddressAndName):
    limit = Limit("register_address", 30, HOUR)
    limit_of_name = Limit("register", 5, HOUR)


class Verifying(ByAddressAndName):
    limit = Limit("verify_address", 30, 15 * MINUTE)
    limit_of_name = Limit("verify", 10, 15 * MINUTE)


class Resending(ByAddressAndName):
    limit = Limit("resend_address", 30, HOUR)
    limit_of_name = Limit("resend", 5, HOUR)


def _hidden(name: str) -> str:
    return salted_hmac("accounts.limits", name, algorithm="sha256").hexdigest()[:32]
