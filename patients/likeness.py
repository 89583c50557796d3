"""How well a patient answers a query: the ranking of search results.

Each part of the query is looked for in the patient. A word that stands there as typed counts most,
then one that begins a name, then one that is a slip of the fingers away. A part that is not found
lowers the patient instead of hiding them, because people misremember.
"""

from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from patients.search import Number, Query, name_tokens

MISSING = -0.5
SHORT_PREFIX = 0.84
DATE_FOUND, DATE_NEAR, YEAR_FOUND, NUMBER_FOUND = 1.2, 0.3, 0.9, 1.2


class Person(NamedTuple):
    """What a search compares; `phone` is E.164."""

    pk: int
    given_name: str
    family_name: str
    maiden_name: str
    date_of_birth: date
    mrn: str
    phone: str
    email: str
    is_active: bool


class Likeness(NamedTuple):
    """How well a person answers; `is_complete` when every part was found, slips included."""

    score: float
    is_complete: bool
    is_exact: bool


def likeness(query: Query, person: Person) -> Likeness:
    parts = [
        *_best_reading(query.words, _names(person)),
        *([_date_score(query.dates, person.date_of_birth)] if query.dates else []),
        *(_number_score(number, person) for number in query.numbers),
        *([_email_score(query.email, person.email)] if query.email else []),
    ]
    return Likeness(
        score=sum(parts),
        is_complete=all(part > DATE_NEAR for part in parts),
        is_exact=all(part >= SHORT_PREFIX for part in parts),
    )


def max_slips(word: str) -> int:
    """Return how many typing errors a word of this length is allowed: 0, 1 or 2."""
    return (len(word) > 2) + (len(word) > 5)


@lru_cache(maxsize=50_000)
def closeness(word: str, token: str) -> float:
    """Return how well a typed word fits one word of a name: 1 the same, 0 not at all."""
    if word == token:
        return 1.0
    if token.startswith(word):
        return 0.89 if len(word) < 4 else 0.83
    allowed = max_slips(word)
    if not allowed or len(set(word) ^ set(token[: len(word) + 1])) > 2 * allowed:
        return 0.0
    if len(token) - len(word) <= allowed and (slips := distance(word, token)) <= allowed:
        return 0.8 - 0.2 * (slips - 1) - 0.02 * (slips * 6 > len(word))
    if len(word) > 4 and len(token) > len(word):
        slips = min(distance(word, token[: len(word) + n]) for n in (-1, 0, 1))
        return 0.55 if slips == 1 else 0.0
    return 0.0


def distance(a: str, b: str) -> int:
    """Return the typing errors between two words: letters added, dropped, changed or swapped.

    Optimal string alignment: Damerau–Levenshtein in which no letter is edited twice.
    """
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return above[-1]


def readings(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the words as typed, and with each short one joined to its neighbour ("mc donald")."""
    joined = [
        (*words[:n], a + b, *words[n + 2 :])
        for n, (a, b) in enumerate(pairwise(words))
        if len(a) <= 4 or len(b) <= 2
    ]
    return [words, *joined]


def _names(person: Person) -> dict[str, float]:
    """Map each word of the person's names to what a match there weighs."""
    names: dict[str, float] = {}
    for name, weight in (
        (person.maiden_name, 0.95),
        (person.given_name, 0.99),
        (person.family_name, 1.0),
    ):
        tokens = name_tokens(name)
        names |= dict.fromkeys([*tokens, "".join(tokens)] if len(tokens) > 1 else tokens, weight)
    return names


def _best_reading(words: tuple[str, ...], names: dict[str, float]) -> list[float]:
    return max((_word_scores(each, names) for each in readings(words)), key=sum, default=[])


def _word_scores(words: tuple[str, ...], names: dict[str, float]) -> list[float]:
    """Give each word the name it fits best; one name answers one word."""
    fits = sorted(
        (
            (closeness(word, name) * weight, n, name)
            for n, word in enumerate(words)
            for name, weight in names.items()
        ),
        reverse=True,
    )
    scores: dict[int, float] = {}
    taken: set[str] = set()
    for fit, n, name in fits:
        if fit > 0 and n not in scores and name not in taken:
            scores[n] = fit
            taken.add(name)
    return [scores.get(n, MISSING) for n in range(len(words))]


def _date_score(dates: frozenset[date], born: date) -> float:
    if born in dates:
        return DATE_FOUND
    typed = born.isoformat()
    near = any(
        distance(day.isoformat(), typed) == 1 or (day.year, day.month, day.day) == _swapped(born)
        for day in dates
    )
    return DATE_NEAR if near else MISSING


def _swapped(day: date) -> tuple[int, int, int]:
    return day.year, day.day, day.month


def _number_score(number: Number, person: Person) -> float:
    if number.mrn == person.mrn or person.date_of_birth in number.dates:
        return NUMBER_FOUND
    end, start = number.phone_end, number.phone_start
    if (end and person.phone.endswith(end)) or (start and person.phone.startswith(start)):
        return NUMBER_FOUND
    return YEAR_FOUND if number.year == person.date_of_birth.year else MISSING


def _email_score(email: str, address: str) -> float:
    if email == address.lower():
        return NUMBER_FOUND
    return YEAR_FOUND if address.lower().startswith(email) else MISSING
