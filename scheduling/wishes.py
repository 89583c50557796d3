"""What a waitlist entry asks for, in the words of a desk, and which wishes cannot come true."""

from datetime import date, time
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from facilities.models import Doctor
from scheduling import weekdays

if TYPE_CHECKING:
    from scheduling.models.waitlist import WaitlistEntry

WORKDAYS = [1, 2, 3, 4, 5]
WEEKEND = [6, 7]


def refuse_impossible(entry: "WaitlistEntry", doctor: Doctor) -> None:
    """Raise ValidationError when the doctor who is waited for cannot give what is asked."""
    if entry.facility and not doctor.facilities.filter(pk=entry.facility.pk).exists():
        raise ValidationError(
            f"{doctor} does not work at {entry.facility}. Choose another facility, or leave it "
            "empty.",
            code="doctor_elsewhere",
        )
    asked, given = entry.specialization.casefold(), doctor.specialization.casefold()
    if asked and asked != given:
        raise ValidationError(
            f"{doctor} has another specialization. Choose the doctor or the specialization.",
            code="another_specialization",
        )
    if entry.care_type and not doctor.care_types.filter(pk=entry.care_type.pk).exists():
        raise ValidationError(
            f"{doctor} does not provide {entry.care_type}. Choose the doctor or the care type.",
            code="care_not_provided",
        )


def what(entry: "WaitlistEntry") -> str:
    """Return the care asked for, such as “Cardiology, Dr. Ortiz, Check-up”."""
    named = [entry.care_type, entry.specialization, entry.doctor, entry.type]
    words = list(dict.fromkeys(str(each) for each in named if each))
    return ", ".join(words) or "Any visit"


def where(entry: "WaitlistEntry") -> str:
    if entry.facility:
        return str(entry.facility)
    if entry.zip_code:
        return f"Within {entry.within_miles} miles of {entry.zip_code}"
    return "Anywhere"


def when(entry: "WaitlistEntry") -> str:
    """Return the days and hours that suit, such as “Mon, Wed, 9:00 AM to 12:00 PM”."""
    parts = [_days(entry.weekdays), _hours(entry), _dates(entry)]
    return ", ".join(part for part in parts if part) or "Any time"


def _days(wanted: list[int]) -> str:
    chosen = sorted(set(wanted))
    if chosen == WORKDAYS:
        return "Mon to Fri"
    if chosen == WEEKEND:
        return "weekends"
    return ", ".join(weekdays.short(day) for day in sorted(chosen, key=weekdays.place))


def _hours(entry: "WaitlistEntry") -> str:
    return _between(
        _clock(entry.from_time) if entry.from_time else "",
        _clock(entry.to_time) if entry.to_time else "",
        after="after",
        before="before",
    )


def _dates(entry: "WaitlistEntry") -> str:
    return _between(
        _date(entry.not_before) if entry.not_before else "",
        _date(entry.not_after) if entry.not_after else "",
        after="from",
        before="until",
    )


def _between(first: str, last: str, *, after: str, before: str) -> str:
    if first and last:
        return f"{first} to {last}"
    return f"{after} {first}" if first else f"{before} {last}" if last else ""


def _clock(at: time) -> str:
    return f"{at:%-I:%M %p}"


def _date(day: date) -> str:
    return f"{day:%b %-d}"
