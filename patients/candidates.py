"""Which patients a query can mean at all: conditions that an index answers, each taking few rows.

`sharp` asks for everything that was typed, each word beginning a name. `mistyped` asks for the same
and allows slips. `apart` lets parts be missing. `patients.likeness` ranks what they find.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast, Lower, Reverse

from patients.likeness import closeness, readings
from patients.search import Number, Query

EXPRESSIONS = {
    "phone_text": Cast("phone", TextField()),
    "phone_reversed": Reverse("phone"),
    "email_lower": Lower("email"),
}
FEW, SOME, MANY = 20, 60, 150
_LAST = "\U0010ffff"
# Names that begin with the word, and names that are the same once a letter or two are left out of
# either: that is how one finds every slip by equality. `closeness` then weighs the slips.
SIMILAR = """
    SELECT word, token FROM unnest(%s::text[]) AS word CROSS JOIN LATERAL (
        (
            SELECT token FROM patients_nametoken
            WHERE token >= word AND token < word || U&'\\+10FFFF' ORDER BY token LIMIT 10
        )
        UNION
        SELECT token FROM patients_nametoken WHERE patients_slips(token) && patients_slips(word)
    ) AS similar_token
"""


class Branch(NamedTuple):
    """Conditions on patients, one join to `names` each, and how many rows to take."""

    conditions: tuple[Q, ...]
    limit: int
    by_name: bool = False


def sharp(query: Query) -> Iterator[Branch]:
    """Yield conditions that ask for all that was typed."""
    born = _born(query, "names__date_of_birth")
    if query.words and not query.email and (born or not query.numbers):
        yield _named(query.words, born)
    if found := _facts(query):
        yield Branch((found, *_begin_names(query.words[:1])), MANY)
    if (query.dates or _number_dates(query)) and not query.words:
        yield Branch((Q(date_of_birth__in=query.dates | _number_dates(query)),), SOME)


def mistyped(query: Query, near: Mapping[str, list[str]]) -> Iterator[Branch]:
    """Yield conditions that allow slips; `near` maps each word to the names it may be."""
    born = _born(query, "names__date_of_birth")
    for words in readings(query.words):
        if all(near[word] for word in words):
            yield Branch((_near_names(words, near) & born,), MANY, by_name=True)


def apart(query: Query, near: Mapping[str, list[str]]) -> Iterator[Branch]:
    """Yield each part of the query alone, and the words in pairs."""
    longest = sorted((word for word in query.words if near[word]), key=len, reverse=True)[:3]
    for pair in combinations(longest, 2):
        yield Branch((_near_names(pair, near),), MANY, by_name=True)
    for word in longest:
        best = [t for t in near[word] if closeness(word, t) == closeness(word, near[word][0])]
        yield Branch((Q(names__token__in=best),), SOME, by_name=True)
    if found := _facts(query):
        yield Branch((found,), FEW)
    if days := query.dates | _number_dates(query):
        yield Branch((Q(date_of_birth__in=days),), SOME)


def similar_tokens(query: Query) -> dict[str, list[str]]:
    """Map each word to the words of the dictionary that it may be, nearest first."""
    words = {word for words in readings(query.words) for word in words}
    near: dict[str, list[str]] = {word: [] for word in words}
    with connection.cursor() as cursor:
        cursor.execute(SIMILAR, [list(words)])
        for word, token in cursor.fetchall():
            near[word].append(token)
    return {word: _nearest(word, tokens) for word, tokens in near.items()}


def _nearest(word: str, tokens: list[str]) -> list[str]:
    fits = {token: closeness(word, token) for token in tokens}
    return sorted((token for token in fits if fits[token]), key=lambda token: -fits[token])[:25]


def _near_names(words: tuple[str, ...], near: Mapping[str, list[str]]) -> Q:
    """Ask for the two longest words as a pair, or for the one there is."""
    first, *others = sorted(words, key=len, reverse=True)
    names = Q(names__token__in=near[first])
    return names & Q(names__other__in=near[others[0]]) if others else names


def _named(words: tuple[str, ...], born: Q) -> Branch:
    """Ask for names that begin with each word: the two longest as a pair, in one index range."""
    first, *others = sorted(words, key=len, reverse=True)
    pair = _begins("names__token", first)
    if others:
        pair &= _begins("names__other", others[0])
    limit = MANY if len(words) > 1 else SOME
    return Branch((pair & born, *_begin_names(others[1:])), limit, by_name=True)


def _begin_names(words: Iterable[str]) -> tuple[Q, ...]:
    return tuple(_begins("names__token", word) for word in words)


def _begins(field: str, start: str) -> Q:
    """Compare as a range, which the C collation makes the same as a prefix under any plan."""
    return Q(**{f"{field}__gte": start, f"{field}__lt": start + _LAST})


def _born(query: Query, field: str) -> Q:
    born = Q()
    if days := query.dates | _number_dates(query):
        born |= Q(**{f"{field}__in": days})
    for year in query.years:
        born |= Q(**{f"{field}__gte": date(year, 1, 1), f"{field}__lt": date(year + 1, 1, 1)})
    return born


def _number_dates(query: Query) -> frozenset[date]:
    return frozenset(day for number in query.numbers for day in number.dates)


def _facts(query: Query) -> Q:
    """Match a record number, part of a phone number, or an email address."""
    found = Q()
    for number in query.numbers:
        found |= _number(number)
    if query.email:
        found |= Q(~Q(email=""), email_lower__startswith=query.email)
    return found


def _number(number: Number) -> Q:
    found = Q()
    if number.mrn:
        found |= Q(mrn=number.mrn)
    if number.phone_end:
        found |= Q(~Q(phone=""), phone_reversed__startswith=number.phone_end[::-1])
    if number.phone_start:
        found |= Q(phone__startswith=number.phone_start)
    return found
