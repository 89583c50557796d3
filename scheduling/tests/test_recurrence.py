"""The weekly rule: its spelling, and the days it comes to."""

from datetime import date, datetime

import pytest

from scheduling.recurrence import Weekly

FIRST = datetime(2026, 3, 2, 9)  # a Monday


def days(rule: str) -> list[str]:
    return [f"{at:%m-%d}" for at in Weekly.parse(rule).starts(FIRST)]


def test_every_second_week_on_two_weekdays_a_number_of_times():
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=5"
    assert days(rule) == ["03-02", "03-04", "03-16", "03-18", "03-30"]


def test_the_last_day_is_included():
    assert days(str(Weekly(1, (1,), until=date(2026, 3, 16)))) == ["03-02", "03-09", "03-16"]


def test_a_week_begins_on_monday():
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=3"
    assert days(rule) == ["03-02", "03-08", "03-16"]


def test_a_rule_is_read_as_it_is_written():
    for rule in (Weekly(2, (1, 3), count=8), Weekly(12, (7,), until=date(2027, 1, 31))):
        assert Weekly.parse(str(rule)) == rule


def test_an_endless_sum_is_never_expanded_past_one_too_many():
    assert len(days("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE;COUNT=9999")) == 53
    assert len(days("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=99991231T235959")) == 53


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=DAILY;COUNT=3",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=;COUNT=3",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=1MO;COUNT=3",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20261399T235959",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;COUNT=3\nEXDATE:20260302",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;COUNT=3;UNTIL=20261231T235959",
    ],
)
def test_anything_else_is_no_weekly_rule(rule):
    with pytest.raises(ValueError, match=r".+"):
        Weekly.parse(rule)
