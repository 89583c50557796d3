"""The table of limits in docs/api.md holds what the code does, of every limit that there is."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from accounts.api import limits
from accounts.limits import Limits
from api.limits import FairUse, Limit, Protective, Writes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
PERIODS = {
    timedelta(minutes=1): "a minute",
    timedelta(minutes=5): "in five minutes",
    timedelta(minutes=15): "in a quarter of an hour",
    timedelta(hours=1): "an hour",
}
LETTERS = [limits.REGISTRATIONS, limits.CODES, limits.RESETS]
WRITES = Limit("writes", settings.API_WRITES_PER_MINUTE, timedelta(minutes=1))
FAIR_USE = Limit("fair_use", FairUse().num_requests, timedelta(seconds=FairUse().duration))


def by_address_and_name(counted: Limits) -> tuple[list[Limit], list[Limit]]:
    return [counted.of_address], [counted.there, counted.of_name]


# By what the first column says: what counts for an address, and what for a name.
TABLE: dict[str, tuple[list[Limit], list[Limit]]] = {
    "every request": ([FAIR_USE], [FAIR_USE]),
    "every write": ([], [WRITES]),
    "sign in": by_address_and_name(limits.SigningIn.limits),
    "auth/token/refresh": ([limits.Refreshing.limit], []),
    "auth/verify": by_address_and_name(limits.Verifying.limits),
    "auth/register, auth/verify/resend, auth/password/reset": (
        [limits.Registering.limit, limits.Resending.limit, limits.Resetting.limit],
        [each for letters in LETTERS for each in (letters.there, letters.everywhere)],
    ),
    "auth/password/reset/confirm": ([limits.ConfirmingReset.limit], []),
    "auth/password/change, another address by auth/me": ([], [limits.EnteringPassword.limit]),
}


def rows() -> dict[str, tuple[str, str]]:
    """Return the rows of the table by their first cell."""
    _, _, below = PAGE.read_text().partition("**Limits.**")
    _, table, *_ = below.split("\n\n")
    _, _, *lines = table.splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in lines]
    return {what.replace("`", ""): (address, name) for what, address, name in cells}


def in_words(limit: Limit) -> str:
    return f"{limit.most} {PERIODS[limit.period]}"


def test_every_row_is_of_something():
    assert rows().keys() == TABLE.keys()


@pytest.mark.parametrize("what", TABLE)
def test_a_row_says_what_the_code_does(what):
    for cell, counted in zip(rows()[what], TABLE[what], strict=True):
        said = re.findall(rf"\d+ (?:{'|'.join(PERIODS.values())})", cell)
        assert said == list(dict.fromkeys(map(in_words, counted)))


def of_code() -> set[str]:
    """Return the names of the limits of every throttle that there is."""
    found, kinds = {"writes", "fair_use"}, [Protective]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        for each in vars(kind).values():
            counted = each if isinstance(each, Limits) else [each]
            found |= {limit.name for limit in counted if isinstance(limit, Limit)}
    letters = [each for each in vars(limits).values() if isinstance(each, limits.Letters)]
    return found | {each.name for kind in letters for each in (kind.there, kind.everywhere)}


def test_no_limit_is_missing():
    described = {each.name for both in TABLE.values() for limits in both for each in limits}
    assert Writes in Protective.__subclasses__()
    assert described == of_code()
