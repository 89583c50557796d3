"""What protects passwords, codes and other people's mailboxes from somebody who tries and tries.

Each is counted before the work is done, for an address and for whom the request is about, so that
neither one machine nor many get further with one account. What is refused for its address counts
for no name: nobody is locked out by one machine elsewhere. Names are hashed: the table of counts
tells nobody who was here. They count as they were typed: if the username of an account were full
because its email address is, that would tell that there is such an account.
"""

from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from api.limits import Limit, Protective, count

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Counted = list[tuple[Limit, str]]


class ByAddress(Protective):
    """Counts a request for the address that it comes from."""

    limit: Limit

    def counted(self, request: Request, view: Any) -> Counted:
        return [(self.limit, network(request))]


class ByNameThere(ByAddress):
    """Counts for the account that the request names as well, whether there is one or not.

    First at this address, by `limit_there`, and what passes that for all addresses together, by
    `limit_of_name`, which is higher: nobody locks the owner out from one address.
    """

    limit_there: Limit
    limit_of_name: Limit
    fields: tuple[str, ...] = ("email",)

    def counted(self, request: Request, view: Any) -> Counted:
        there, names = network(request), self.names(request)
        of_pair = [(self.limit_there, _hidden(f"{there} {name}")) for name in names]
        of_name = [(self.limit_of_name, _hidden(name)) for name in names]
        return [*super().counted(request, view), *of_pair, *of_name]

    def names(self, request: Request) -> list[str]:
        data = request.data if isinstance(request.data, dict) else {}
        said = (data.get(field) for field in self.fields)
        return sorted({_same(str(name)) for name in said if name})


class Letters:
    """How many letters of a kind others can have posted to one mailbox, here and from everywhere.

    Past it the request is answered as always and no letter goes out. A refusal would let anybody
    stop somebody else; and those letters that did go out are good.
    """

    def __init__(self, kind: str) -> None:
        self.there, self.everywhere = Limit(f"{kind}_there", 5, HOUR), Limit(kind, 15, HOUR)

    def may_go(self, request: Request, email: str) -> bool:
        """Count one more letter, and say whether it may be posted."""
        now, name = timezone.now(), _same(email)
        pair = _hidden(f"{network(request)} {name}")
        counted = ((self.there, pair), (self.everywhere, _hidden(name)))
        return all(count(limit, who, now).is_within for limit, who in counted)


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
    limit = Limit("verify_address", 30, 15 * MINUTE)
    limit_there = Limit("verify_there", 10, 15 * MINUTE)
    limit_of_name = Limit("verify", 50, 15 * MINUTE)


class Resending(ByAddress):
    limit = Limit("resend_address", 30, HOUR)


RESETS, REGISTRATIONS, CODES = Letters("reset"), Letters("register"), Letters("resend")


def network(request: Request) -> str:
    """Return the address; of IPv6 the /64, as that is what one household is given."""
    text = str(BaseThrottle().get_ident(request))
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return text
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


def _same(name: str) -> str:
    return name.strip().lower()


def _hidden(name: str) -> str:
    value = name.encode(errors="replace")  # half a surrogate pair cannot be encoded
    return salted_hmac("accounts.limits", value, algorithm="sha256").hexdigest()[:32]
