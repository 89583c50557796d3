"""What a waitlist entry asks for, in the words of a desk, and which wishes cannot come true."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

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
            _(
                "%(doctor)s does not work at %(facility)s. Choose another facility, or leave it "
                "empty."
            )
            % {"doctor": doctor, "facility": entry.facility},
            code="doctor_elsewhere",
        )
    asked, given = entry.specialization.casefold(), doctor.specialization.casefold()
    if asked and asked != given:
        raise ValidationError(
            _("%(doctor)s has another specialization. Choose the doctor or the specialization.")
            % {"doctor": doctor},
            code="another_specialization",
        )
    if entry.care_type and not doctor.care_types.filter(pk=entry.care_type.pk).exists():
        raise ValidationError(
            _("%(doctor)s does not provide %(care)s. Choose the doctor or the care type.")
            % {"doctor": doctor, "care": entry.care_type},
            code="care_not_provided",
        )


def what(entry: "WaitlistEntry") -> str:
    """Return the care asked for, such as “Cardiology, Dr. Ortiz, Check-up”."""
    named = [entry.care_type, entry.specialization, entry.doctor, entry.type]
    words = list(dict.fromkeys(str(each) for each in named if each))
    return ", ".join(words) or _("Any visit")


def where(entry: "WaitlistEntry") -> str:
    if entry.facility:
        return str(entry.facility)
    if entry.zip_code:
        return ngettext(
            "Within %(count)s mile of %(zip_code)s",
            "Within %(count)s miles of %(zip_code)s",
            entry.within_miles or 0,
        ) % {"count": entry.within_miles, "zip_code": entry.zip_code}
    return _("Anywhere")


def when(entry: "WaitlistEntry") -> str:
    """Return the days and hours that suit, such as “Mon, Wed, 9:00 AM to 12:00 PM”."""
    parts = [_days(entry.weekdays), _hours(entry), _dates(entry)]
    return ", ".join(part for part in parts if part) or _("Any time")


def _days(wanted: list[int]) -> str:
    chosen = sorted(set(wanted))
    if chosen == WORKDAYS:
        return _("Mon to Fri")
    if chosen == WEEKEND:
        return _("weekends")
    return ", ".join(weekdays.short(day) for day in sorted(chosen, key=weekdays.place))


def _hours(entry: "WaitlistEntry") -> str:
    first, last = entry.from_time, entry.to_time
    said = {
        "first": first and time_format(first, "TIME_FORMAT"),
        "last": last and time_format(last, "TIME_FORMAT"),
    }
    if first and last:
        return pgettext("times of day", "%(first)s to %(last)s") % said
    if first:
        return _("after %(first)s") % said
    return _("before %(last)s") % said if last else ""


def _dates(entry: "WaitlistEntry") -> str:
    first, last = entry.not_before, entry.not_after
    said = {
        "first": first and date_format(first, "MONTH_DAY_FORMAT"),
        "last": last and date_format(last, "MONTH_DAY_FORMAT"),
    }
    if first and last:
        return pgettext("days", "%(first)s to %(last)s") % said
    if first:
        return _("from %(first)s") % said
    return _("until %(last)s") % said if last else ""
