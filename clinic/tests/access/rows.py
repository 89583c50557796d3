"""Who may do what in the API: a row for every route and method.

Anonymous requests get 401, except where `is_open`. Of those signed in, the roles in `roles` may,
and the others get 403. Roles in `bound` reach only rows of their own facilities, or a patient only
their own: another row is a 404 for them.
"""

from typing import NamedTuple

ADMIN, DOCTOR, NURSE, DESK, PATIENT = "admin", "doctor", "nurse", "receptionist", "patient"
STAFF = frozenset({DOCTOR, NURSE, DESK})
BOUND = STAFF | {PATIENT}
EVERYONE = BOUND | {ADMIN}


class Row(NamedTuple):
    roles: frozenset[str]
    bound: frozenset[str] = frozenset()
    is_open: bool = False


def to(*roles: str, bound: frozenset[str] = frozenset()) -> Row:
    return Row(frozenset(roles), bound)


ANYBODY = Row(EVERYONE)
OPEN = Row(EVERYONE, is_open=True)
ADMINS = to(ADMIN)

ROWS: dict[str, dict[str, Row]] = {
    "care-types-list": {"get": ANYBODY, "post": ADMINS},
    "care-types-detail": {"get": ANYBODY, "put": ADMINS, "patch": ADMINS, "delete": ADMINS},
}
