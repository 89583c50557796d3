"""What a VTIMEZONE says of each instant is what the zone says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from scheduling.ical import Entry, written
from scheduling.tests.parsers import read_by_all
from scheduling.vtimezone import observances

ZONES = [
    "America/Chicago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",  # puts its clocks back for Ramadan, for less than 64 days
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # puts its clocks forward by half an hour
    "Europe/Dublin",  # calls its winter time the daylight time, with a negative offset
    "Europe/London",
    "Pacific/Chatham",
]


def entry(at: datetime, tz: ZoneInfo, number: int = 0) -> Entry:
    return Entry(
        uid=f"{number}@test",
        sequence=0,
        starts_at=at,
        ends_at=at + timedelta(minutes=30),
        tz=tz,
        summary="Visit",
        location="Here",
        url="",
        is_cancelled=False,
        is_busy=True,
        changed_at=at,
    )


def test_clocks_go_forward_by_the_clock_before_the_change():
    zone = observances(ZoneInfo("America/Chicago"), 2027, 2027)
    assert [(one.local, one.name) for one in zone] == [
        (datetime(2026, 12, 30, 18), "CST"),
        (datetime(2027, 3, 14, 2), "CDT"),
        (datetime(2027, 11, 7, 2), "CST"),
    ]
    assert [one.is_daylight for one in zone] == [False, True, False]


def test_a_change_that_is_soon_taken_back_is_not_passed_over():
    names = [one.name for one in observances(ZoneInfo("Africa/Casablanca"), 2025, 2025)]
    assert names == ["+01", "+00", "+01"]


@pytest.mark.parametrize("zone", ZONES)
def test_every_other_day_of_three_years_is_read_as_it_was_written(zone):
    tz = ZoneInfo(zone)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    # 49 hours apart, so that every hour of the day comes up.
    starts = [start + timedelta(hours=49 * n) for n in range(3 * 365 // 2)]
    events = read_by_all(written([entry(at, tz, n) for n, at in enumerate(starts)]))
    assert [event.starts_at for event in events] == starts


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_an_hour_around_a_change_is_read_as_it_was_written(zone):
    tz = ZoneInfo(zone)
    changes = [one.local - one.offset_from for one in observances(tz, 2025, 2027)[1:]]
    quarters = [timedelta(minutes=15 * n) for n in range(-16, 17)]
    starts = [at.replace(tzinfo=UTC) + quarter for at in changes for quarter in quarters]
    events = read_by_all(written([entry(at, tz, n) for n, at in enumerate(starts)]))
    assert [event.starts_at for event in events] == starts
    assert [event.ends_at for event in events] == [at + timedelta(minutes=30) for at in starts]


@pytest.mark.parametrize("zone", ZONES)
def test_each_observance_begins_at_the_instant_that_the_rfc_computes(zone):
    """RFC 5545, 3.6.5: the onset is DTSTART less TZOFFSETFROM, which some applications go by."""
    tz, first = ZoneInfo(zone), datetime(2025, 1, 2, tzinfo=UTC)
    (component,) = icalendar.Calendar.from_ical(written([entry(first, tz)])).timezones
    onsets = sorted(
        (part.DTSTART - part.TZOFFSETFROM, part.TZOFFSETTO) for part in component.subcomponents
    )
    for at in (first + timedelta(minutes=30 * n) for n in range(360 * 48)):
        offset = [to for onset, to in onsets if onset <= at.replace(tzinfo=None)][-1]
        assert at.astimezone(tz).utcoffset() == offset


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "GMT", "Zulu"])
def test_utc_by_any_name_is_written_with_a_z_and_needs_no_zone(zone):
    at = datetime(2027, 7, 1, 9, tzinfo=UTC)
    content = written([entry(at, ZoneInfo(zone))])
    assert b"VTIMEZONE" not in content
    assert [event.starts_at for event in read_by_all(content)] == [at]
