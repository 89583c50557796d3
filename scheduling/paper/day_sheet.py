"""The day sheet: who comes when to whom, to work from when the screens are dark."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reportlab.lib.pagesizes import landscape, letter
from reportlab.platypus import CondPageBreak, Flowable, Spacer, Table, TableStyle

from facilities.models import Doctor, Facility
from scheduling.availability import Period, day_bounds
from scheduling.calendars import local
from scheduling.day_sheet import DoctorSheet, Line
from scheduling.models import Appointment
from scheduling.paper.fonts import BOLD
from scheduling.paper.pages import INK, LINE, QUIET, SHADE, Heading, pdf, words
from scheduling.reasons import said

COLUMNS = (
    (gettext_lazy("Time"), 74),
    (gettext_lazy("Patient"), 130),
    (gettext_lazy("Born"), 52),
    (gettext_lazy("Phone"), 76),
    (gettext_lazy("Type"), 84),
    (gettext_lazy("Room"), 50),
    (gettext_lazy("Reason and notes"), 164),
    (gettext_lazy("Status"), 62),
    # Translators: heads a narrow column of boxes to tick.
    (gettext_lazy("Seen"), 28),
)
WIDTHS = [width for _name, width in COLUMNS]
LEAST_ROOM = 90
ONE_DAY_IN_SECONDS = 24 * 60 * 60


class DaySheet(NamedTuple):
    """What is printed: `dropped` are the visits of the day that were cancelled or missed."""

    facility: Facility
    day: date
    sheets: list[DoctorSheet]
    not_in: list[Doctor]
    dropped: list[Appointment]
    printed_at: datetime
    printed_by: str


class Box(Flowable):
    """An empty square to tick."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = 10

    def draw(self) -> None:
        self.canv.setStrokeColor(INK)
        self.canv.rect(0, 0, 9, 9)


def written(sheet: DaySheet) -> bytes:
    """Return the sheet as a PDF on landscape letter paper."""
    tz = sheet.facility.tz
    zone = f"{local(day_bounds(sheet.day, tz).ends_at, sheet.facility):%Z}"
    printed = local(sheet.printed_at, sheet.facility)
    at = f"{date_format(printed, 'DATETIME_FORMAT')} {printed:%Z}"
    about = {"day": date_format(sheet.day, "LONG_DATE_FORMAT"), "place": tz, "zone": zone}
    heading = Heading(
        _("Day sheet"),
        str(sheet.facility),
        _("Day sheet for %(day)s. All times in %(place)s (%(zone)s).") % about,
        _("Printed %(at)s by %(name)s. This sheet names patients: shred it when the day is over.")
        % {"at": at, "name": sheet.printed_by},
    )
    return pdf(lambda: _story(sheet), heading, landscape(letter))


def _story(sheet: DaySheet) -> list[Any]:
    story: list[Any] = []
    for each in sheet.sheets:
        title = f"{each.doctor}, {each.doctor.specialization}".removesuffix(", ")
        story += [CondPageBreak(LEAST_ROOM), words(title, 11, BOLD), Spacer(0, 3)]
        story += [_table(sheet, each.lines), Spacer(0, 12)]
    if not sheet.sheets:
        story.append(words(_("Nobody works here on this day, and nothing is booked."), 11))
    if sheet.dropped:
        story += [CondPageBreak(LEAST_ROOM), words(_("Cancelled and no-shows"), 11, BOLD)]
        story += [words(_dropped(visit, sheet)) for visit in sheet.dropped]
    if sheet.not_in:
        names = ", ".join(map(str, sheet.not_in))
        # Translators: doctors who do not work on this day.
        story += [Spacer(0, 8), words(_("Not in: %(names)s.") % {"names": names})]
    return story


def _table(sheet: DaySheet, lines: Iterable[Line]) -> Table:
    head = [words(str(name), 8, BOLD) for name, _width in COLUMNS]
    rows: list[list[Any]] = [head]
    looks: list[tuple[Any, ...]] = [("BACKGROUND", (0, 0), (-1, 0), SHADE)]
    for number, line in enumerate(lines, 1):
        rows.append(_row(sheet, line))
        if not line.appointment:
            looks.append(("SPAN", (1, number), (-1, number)))
    table = Table(rows, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                *looks,
            ]
        )
    )
    return table


def _row(sheet: DaySheet, line: Line) -> list[Any]:
    at = words(clock(line.at, sheet), font=BOLD if line.appointment else "Paper")
    visit = line.appointment
    if visit is None or visit.patient is None:
        return [at, words(line.words, colour=QUIET), *[""] * (len(COLUMNS) - 2)]
    patient = visit.patient
    remarks = [visit.reason, visit.notes, _("Overbooked") if visit.overbook else ""]
    return [
        at,
        [
            words(str(patient), 9, BOLD),
            words(_("MRN %(mrn)s") % {"mrn": patient.mrn}, 7, colour=QUIET),
        ],
        words(date_format(patient.date_of_birth, "SHORT_DATE_FORMAT")),
        words(patient.phone.as_national if patient.phone else ""),
        words(str(visit.type or _("Visit"))),
        words(str(visit.room or "")),
        words(". ".join(remark.rstrip(". ") for remark in remarks if remark)),
        words(visit.get_status_display()),
        Box(),
    ]


def clock(at: Period, sheet: DaySheet) -> str:
    """Return a period by the facility's clock, with the zone where the clocks change that day."""
    starts_at, ends_at = (local(each, sheet.facility) for each in at)
    bounds = day_bounds(sheet.day, sheet.facility.tz)
    zone = f" {ends_at:%Z}" if bounds.duration.total_seconds() != ONE_DAY_IN_SECONDS else ""
    starts, ends = date_format(starts_at, "CLOCK_FORMAT"), date_format(ends_at, "TIME_FORMAT")
    return f"{starts}–{ends}{zone}"


def _dropped(visit: Appointment, sheet: DaySheet) -> str:
    at = date_format(local(visit.starts_at, sheet.facility), "TIME_FORMAT")
    because = f": {said(visit.cancel_reason)}" if visit.cancel_reason else ""
    return f"{at} {visit.patient}, {visit.doctor}. {visit.get_status_display()}{because}"
