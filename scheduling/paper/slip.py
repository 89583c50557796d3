"""The appointment slip that a patient takes home. It says nothing of why they come."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from reportlab.lib.pagesizes import letter
from reportlab.platypus import Spacer, Table, TableStyle

from facilities.models import Facility
from scheduling.calendars import local
from scheduling.models import Appointment
from scheduling.paper.fonts import BOLD
from scheduling.paper.pages import LINE, QUIET, Heading, pdf, words

BRING = gettext_lazy(
    "Please bring a photo ID, your insurance card, and a list of the medicines that you take. "
    "Come ten minutes early."
)
LABEL_WIDTH, WIDTH = 90, 540


def written(appointment: Appointment, *, printed: str) -> bytes:
    """Return the slip as a PDF on letter paper; `printed` says when and by whom."""
    facility = appointment.facility
    heading = Heading(_("Appointment"), str(facility), _("Your appointment"), printed)
    return pdf(lambda: _story(appointment), heading, letter)


def _story(appointment: Appointment) -> list[Any]:
    facility = appointment.facility
    starts_at = local(appointment.starts_at, facility)
    facts = [
        # Translators: each stands before its answer, this one before the name of the patient.
        (_("Who"), [_big(str(appointment.patient))]),
        (
            _("When"),
            [
                _big(date_format(starts_at, "LONG_DATE_FORMAT")),
                _big(f"{date_format(starts_at, 'TIME_FORMAT')} {starts_at:%Z}"),
                words(_("Time zone %(zone)s") % {"zone": facility.timezone}, 9, colour=QUIET),
            ],
        ),
        (_("Where"), [_big(str(facility)), *(words(line, 11) for line in address(facility))]),
        # Translators: before the name of the doctor.
        (pgettext("appointment", "With"), [words(_doctor(appointment), 11)]),
        # Translators: before the kind of visit and its length.
        (pgettext("appointment", "For"), [words(_what(appointment), 11)]),
        (_("To bring"), [words(str(BRING), 11)]),
        (_("If you cannot come"), [words(cancelling(facility), 11)]),
    ]
    table = Table(
        [[words(label, 11, colour=QUIET), told] for label, told in facts],
        colWidths=[LABEL_WIDTH, WIDTH - LABEL_WIDTH],
    )
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -2), 0.4, LINE),
                ("TOPPADDING", (0, 0), (-1, -1), 6),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return [Spacer(0, 8), table]


def address(facility: Facility) -> list[str]:
    """Return the lines of the address and the telephone number, as far as they are known."""
    city = ", ".join(part for part in (facility.city, facility.state) if part)
    lines = [facility.address_line, f"{city} {facility.zip_code}".strip()]
    if facility.phone:
        lines.append(_("Phone %(number)s") % {"number": facility.phone.as_national})
    return [line for line in lines if line]


def cancelling(facility: Facility) -> str:
    if facility.phone:
        return _(
            "Call %(number)s as early as you can, to cancel or to find another time. "
            "Somebody else may be waiting for this one."
        ) % {"number": facility.phone.as_national}
    return _(
        "Tell the front desk as early as you can, to cancel or to find another time. "
        "Somebody else may be waiting for this one."
    )


def _big(text: str) -> Any:
    return words(text, 14, BOLD)


def _doctor(appointment: Appointment) -> str:
    doctor = appointment.doctor
    return f"{doctor}, {doctor.specialization}" if doctor.specialization else str(doctor)


def _what(appointment: Appointment) -> str:
    minutes = int(appointment.duration.total_seconds() // 60)
    told = {"visit": appointment.type or _("Visit"), "minutes": minutes}
    told_as = ngettext(
        "%(visit)s, about %(minutes)s minute", "%(visit)s, about %(minutes)s minutes", minutes
    )
    return told_as % told
