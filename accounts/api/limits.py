"""What protects passwords, codes and other people's mailboxes from somebody who tries and tries.

Each is counted before the work is done, for an address and for whom the request is about, so that
neither one machine nor many get further with one account. Names are hashed: the table of counts
tells nobody who was here. They count as they were typed: if the username of an account were full
because its email address is, that would tell that there is such an account.
"""

from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
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
        return [(self.limit, self.network(request))]

    def network(self, request: Request) -> str:
        """Return the address; of IPv6 the /64, as that is what one household is given."""
        text = str(self.get_ident(request))
        try:
            address = ip_address(text)
        except ValueError:
            return text
        if not isinstance(address, IPv6Address):
            return text
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


class ByAddressAndName(ByAddress):
    """Counts for the account that the request names as well, whether there is one or not."""

    limit_of_name: Limit
    fields: tuple[str, ...] = ("email",)

    def counted(self, request: Request, view: Any) -> Counted:
        of_name = [(self.limit_of_name, _hidden(name)) for name in self.names(request)]
        return [*super().counted(request, view), *of_name]

    def names(self, request: Request) -> list[str]:
        data = request.data if isinstance(request.data, dict) else {}
        said = (data.get(field) for field in self.fields)
        return sorted({str(name).strip().lower() for name in said if name})


class ByNameThere(ByAddressAndName):
    """Counts for the account at this address as well, so that nobody locks its owner out.

    `limit_of_name` is for all addresses together, and higher.
    """

    limit_there: Limit

    def counted(self, request: Request, view: Any) -> Counted:
        there = self.network(request)
        names = self.names(request)
        of_pair = [(self.limit_there, _hidden(f"{there} {name}")) for name in names]
        return [*super().counted(request, view), *of_pair]


class ByAccount(Protective):
    """Counts a request for the account that is signed in."""

    limit: Limit

    def counted(self, request: Request, view: Any) -> Counted:
        return [(self.limit, str(request.user.pk))]


class SigningIn(ByNameThere):
    limit = Limit("sign_in_address", 30, MINUTE)
    limit_there = Limit("sign_in_there", 10, 5 * MINUTE)
    limit_of_name = Limit("sign_in", 50, 5 * MINUTE)
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


class Verifying(ByNameThere):
    limit = Limit("verify_address", 30, 15 * MINUTE)
    limit_there = Limit("verify_there", 10, 15 * MINUTE)
    limit_of_name = Limit("verify", 50, 15 * MINUTE)


class Resending(ByAddressAndName):
    limit = Limit("resend_address", 30, HOUR)
    limit_of_name = Limit("resend", 5, HOUR)


def _hidden(name: str) -> str:
    value = name.encode(errors="replace")  # half a surrogate pair cannot be encoded
    return salted_hmac("accounts.limits", value, algorithm="sha256").hexdigest()[:32]
