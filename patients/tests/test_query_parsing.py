"""What a line typed at the desk is taken for, without a database."""

from datetime import date

import pytest

from patients.likeness import closeness, distance
from patients.search import Number, Query, Writing, fold, parse, parse_date

BORN = frozenset({date(2010, 1, 17)})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hollis, Q", ("hollis", "q")),
        ("O'Dara", ("odara",)),
        ("O´Dara", ("odara",)),
        ("Åse-Marié  Þórsson", ("ase", "marie", "thorsson")),
        ("Straße", ("strasse",)),
    ],
)
def test_names_lose_case_accents_and_punctuation(text: str, words: tuple[str, ...]) -> None:
    assert parse(text).words == words


@pytest.mark.parametrize(
    "text",
    [
        *("1/17/2010", "01/17/2010", "1-17-2010", "1.17.2010", "2010-01-17", "17/1/2010"),
        *("17 Jan 2010", "January 17, 2010", "jan 17th 2010", "1/17/10"),
    ],
)
def test_a_date_of_birth_is_read_in_every_usual_form(text: str) -> None:
    assert parse(f"hollis {text}") == Query(("hollis",), BORN)


SPANISH = Writing(day_first=True, months=("enero", "febrero", "marzo", "abril"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/4/2010", date(2010, 4, 3)),
        ("03-04-2010", date(2010, 4, 3)),
        ("1/17/2010", date(2010, 1, 17)),
        ("2010-04-03", date(2010, 4, 3)),
        ("03042010", date(2010, 4, 3)),
        ("3 de abril de 2010", date(2010, 4, 3)),
        ("3 abr. 2010", date(2010, 4, 3)),
        ("3 April 2010", date(2010, 4, 3)),
    ],
)
def test_where_days_come_first_a_date_is_read_so(text: str, day: date) -> None:
    assert parse_date(text, SPANISH) == day
    query = parse(f"hollis {text}", SPANISH)
    assert day in query.dates.union(*(number.dates for number in query.numbers))


def test_eight_digits_may_be_a_date_or_a_record_number() -> None:
    number = parse("01172010").numbers[0]
    assert (number.dates, number.mrn) == ({date(2010, 1, 17)}, "01172010")


def test_four_digits_may_be_a_year_a_record_number_or_the_end_of_a_phone() -> None:
    number = parse("holl 1987").numbers[0]
    assert (number.year, number.mrn, number.phone_end) == (1987, "00001987", "1987")


@pytest.mark.parametrize("text", ["(402) 555-0142", "402.555.0142", "402 555 0142", "4025550142"])
def test_a_phone_number_is_read_in_any_formatting(text: str) -> None:
    assert parse(text).numbers == (Number("4025550142"),)


def test_an_address_is_read_beside_a_name() -> None:
    assert parse("Hollis H.Quill@Example.org") == Query(("hollis",), email="h.quill@example.org")


@pytest.mark.parametrize("text", ["", " ", "'; --", "...,-", "\x00", "a" * 5000, "\ud800"])
def test_a_line_that_says_nothing_is_an_empty_query(text: str) -> None:
    assert not parse(text)


def test_no_such_day_is_no_date() -> None:
    assert parse("hollis 2/30/2010").dates == frozenset()
    assert parse_date("2/30/2010") is None
    assert parse_date("hollis 1/17/2010") is None


def test_folding_twice_changes_nothing() -> None:
    folded = fold("ÇŁØß d’Arc")
    assert folded == fold(folded) == "closs darc"


@pytest.mark.parametrize(
    ("typed", "slips"),
    [("hollis", 0), ("hlolis", 1), ("holis", 1), ("holllis", 1), ("hpllis", 1), ("hlolsi", 2)],
)
def test_each_typing_error_counts_once(typed: str, slips: int) -> None:
    assert distance(typed, "hollis") == slips


def test_the_same_word_fits_better_than_its_beginning_and_that_better_than_a_slip() -> None:
    fits = [
        closeness(typed, "hollis") for typed in ("hollis", "holli", "hlolis", "hlolsi", "quill")
    ]
    assert fits == sorted(fits, reverse=True)
    assert fits[-2] > fits[-1] == 0
