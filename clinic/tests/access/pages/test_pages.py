"""Who gets in where: every page outside the admin, by role, at their own facility and others."""

import pytest

from clinic.tests.access.pages.asking import ALL, ask, found_at
from clinic.tests.access.pages.routes import METHODS, Route, pages
from clinic.tests.access.pages.rows import NAMED, ROWS, Row
from clinic.tests.access.rows import EVERYONE

pytestmark = pytest.mark.django_db

ROUTES = pages()
# Nothing of these is about a patient.
KEPT = {"scheduling:feed", "api-schema", "api-redoc-script"}


def test_every_route_has_a_row_and_every_row_a_route():
    assert {route.name for route in ROUTES} == set(ROWS)
    assert set(NAMED) <= set(ROWS)


def expected(row: Row, role: str, whose: str) -> set[object]:
    """Return what may be met: "in", "sign in", or the status that keeps this person out."""
    if row.leads_out:
        return {"sign in"}
    if role == "anonymous":
        return {"in" if row.is_open else "sign in"}
    if role not in row.roles:
        return {403, 404}
    if whose == "other" and role in row.bound:
        return {404, 400}
    if whose == "colleague" and role in row.alone:
        return {403, 404}
    return {"in"}


def places(role: str, *, names_a_row: bool) -> tuple[str, ...]:
    """Return whose rows are asked for: a doctor's own differ from those of another doctor."""
    if not names_a_row:
        return ("own",)
    return ("own", "colleague", "other") if role == "doctor" else ("own", "other")


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_right_people_get_in(here, route: Route):
    rows, said = ROWS[route.name], NAMED.get(route.name, {})
    names_a_row = bool(found_at(route)) or not here.own.keys().isdisjoint(said.values())
    # What is open to anybody is the same for all, and may take long.
    is_open = all(row.is_open and row.roles == EVERYONE for row in rows.values())
    for method in METHODS:
        for role in ("anonymous", "patient") if is_open else ALL:
            for whose in places(role, names_a_row=names_a_row and method in rows):
                met = ask(here, role, method, route, whose)
                where = f"{method} by {role} at {whose}: {met}"
                if method in rows:
                    wanted = expected(rows[method], role, whose)
                    assert met.outcome in wanted, where
                else:
                    assert met.outcome in {405, 403, 404, "sign in"}, where
                assert not met.leak, where
                assert not met.is_kept or role == "anonymous" or route.name in KEPT, where


TWO_ROWS = [route for route in ROUTES if len(found_at(route)) > 1]


@pytest.mark.parametrize("route", TWO_ROWS, ids=str)
def test_a_row_of_others_is_not_reached_through_ones_own(here, route: Route):
    """An address that names two rows is refused when only the first is one's own."""
    last = found_at(route)[-1]
    theirs = {name: here.other[name] for name in (last, "drafts")}
    for method, row in ROWS[route.name].items():
        for role in sorted(row.roles & row.bound):
            met = ask(here, role, method, route, "own", instead=theirs)
            assert met.outcome == 404, f"{method} by {role}: {met}"


def test_there_are_such_addresses():
    assert len(TWO_ROWS) >= 10
