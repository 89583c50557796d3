"""Which records are likely of one person, two by two: a facility's with all that somebody sees.

One statement. Nobody is compared with everybody: a pair comes up only when both share a blocking
key, which is a join on equal values. Then the pair is weighed, and the likely ones are kept:

- the same date of birth and the same given name, family name or initials, in either order;
- both names, and a date of birth of which two parts of three agree, or with day and month swapped;
- the same phone number.

A pair needs given names that are much the same, or the two names swapped: twins share all but that.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from patients.models import DifferentPeople, Patient
from patients.statements import BLOCKS, LIKELY_PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from facilities.models import Facility


@dataclass(frozen=True)
class Pair:
    """Two records that are likely one person's; `reasons` say why, in words."""

    first: Patient
    second: Patient
    score: int
    reasons: list[str]


@dataclass(frozen=True)
class Pairs:
    """A page of the pairs, best first, and how many there are in all."""

    rows: list[Pair]
    total: int


REASONS = (
    _("same date of birth"),
    _("date of birth a slip away"),
    _("same name"),
    _("much the same name"),
    _("given and family name swapped"),
    _("same phone"),
    _("same address"),
)


def likely_pairs(
    user: "User", facility: "Facility | None", *, limit: int = 25, offset: int = 0
) -> Pairs:
    """Return the likely pairs of a facility's patients with each other and with all others seen.

    Without a facility those of patients whom no facility has taken.
    """
    rows = _run(user, facility, limit, offset)
    ids = {pk for row in rows for pk in row[:2]}
    people = Patient.objects.visible_to(user).select_related("facility").in_bulk(ids)
    pairs = [
        Pair(people[a], people[b], score, _words(why))
        for a, b, score, _total, *why in rows
        if a in people and b in people
    ]
    return Pairs(pairs, rows[0][3] if rows else 0)


def count_likely(user: "User", facility: "Facility | None") -> int:
    """Return how many likely pairs `likely_pairs` has."""
    rows = _run(user, facility, 1, 0)
    return int(rows[0][3]) if rows else 0


def _run(
    user: "User", facility: "Facility | None", limit: int, offset: int
) -> list[tuple[Any, ...]]:
    seen = Patient.objects.visible_to(user).filter(merged_into__isnull=True).order_by().values("pk")
    visible, values = seen.query.sql_with_params()
    here, place = (
        ("a.facility_id = %s", [facility.pk]) if facility else ("a.facility_id IS NULL", [])
    )
    apart = DifferentPeople._meta.db_table  # noqa: SLF001 - documented by Django
    statement = LIKELY_PAIRS.format(visible=visible, here=here, apart=apart)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *place * BLOCKS, limit, offset])
        return cursor.fetchall()


def looks_like(user: "User", patient: Patient) -> list[Patient]:
    """Return who looks like this one patient, best first; one look at an index or two."""
    if patient.merged_into_id is not None:
        return []
    apart = DifferentPeople.objects.in_force()
    others = (
        Patient.objects.visible_to(user)
        .exclude(pk=patient.pk)
        .exclude(pk__in=apart.filter(first=patient).values("second"))
        .exclude(pk__in=apart.filter(second=patient).values("first"))
    )
    phone = str(patient.phone) if patient.phone else ""
    return others.likely_duplicates(
        patient.given_name, patient.family_name, patient.date_of_birth, phone, limit=3
    )


def _words(facts: "Iterable[bool]") -> list[str]:
    return [str(words) for words, holds in zip(REASONS, facts, strict=True) if holds]
