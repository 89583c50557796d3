"""The one limit of signing in, whichever door somebody comes to: pages, API or Django admin.

Each try is counted before anything is looked at, for an address and for whom it is about, so that
neither one machine nor many get further with one account. What is refused for its address counts
for no name: nobody is locked out by one machine elsewhere. Names are hashed: the table of counts
tells nobody who was here. They count as they were typed: if the username of an account were full
because its email address is, that would tell that there is such an account.
"""

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.throttling import BaseThrottle

from api.limits import Limit, Standing, count

MINUTE = timedelta(minutes=1)
Counted = list[tuple[Limit, str]]


class Limits(NamedTuple):
    """How often from an address, there for one name, and for that name from all addresses.

    The last is higher: nobody locks the owner of a name out from one address.
    """

    of_address: Limit
    there: Limit
    of_name: Limit

    def counted(self, request: Any, names: Iterable[str]) -> Counted:
        """Return each limit that a request about these names counts for, in turn, and whose."""
        there, known = network(request), sorted({same(name) for name in names})
        of_pairs = [(self.there, hidden(f"{there} {name}")) for name in known]
        of_names = [(self.of_name, hidden(name)) for name in known]
        return [(self.of_address, there), *of_pairs, *of_names]


SIGNING_IN = Limits(
    Limit("sign_in_address", 30, MINUTE),
    Limit("sign_in_there", 10, 5 * MINUTE),
    Limit("sign_in", 50, 5 * MINUTE),
)


def passed(limits: Limits, request: Any, names: Iterable[str]) -> Standing | None:
    """Count one more try for these names, and return the limit that it passes, if any.

    Never call it in a transaction.
    """
    now = timezone.now()
    for limit, who in limits.counted(request, names):
        standing = count(limit, who, now)
        if not standing.is_within:
            return standing
    return None


def network(request: Any) -> str:
    """Return the address; of IPv6 the /64, as that is what one household is given."""
    text = str(BaseThrottle().get_ident(request))
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return text
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


def same(name: str) -> str:
    return name.strip().lower()


def hidden(name: str) -> str:
    value = name.encode(errors="replace")  # half a surrogate pair cannot be encoded
    return salted_hmac("accounts.limits", value, algorithm="sha256").hexdigest()[:32]
