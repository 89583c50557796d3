"""The two kinds of item that a board is full of, drawn without a template.

A board has hundreds of them, is drawn anew for every desk whenever anything changes, and a template
looks up two dozen names for each: most of the time that a board took went there.
"""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from facilities.models import Doctor
from scheduling.board import Item
from scheduling.models import WorkingHours

register = template.Library()

_VISIT = (
    '<a class="visit status-{status}{shown}" id="a{pk}" href="{address}"{version} title="{title}">'
    '<span class="icon icon-status-{status}" aria-hidden="true"></span> '
    '<span class="visit-time">{clock}</span> <span class="visit-name">{mark}{name}</span> '
    '<span class="visit-type">{overbooked}{type}</span> '
    '<span class="visually-hidden">{word}</span></a>'
)
_MARK = '<span class="icon icon-overbooked overbooked" aria-hidden="true"></span> '
_OVERBOOKED = '<span class="overbooked">{word}</span> '
_TYPE = (
    '<svg class="type-mark" viewBox="0 0 8 8" aria-hidden="true">'
    '<rect width="8" height="8" rx="2" fill="{colour}"/></svg>{name}'
)
_FREE = (
    '<a class="free" id="f{doctor}-{iso}" '
    'href="{address}?doctor={doctor}&amp;starts_at={iso}{more}" '
    'aria-label="{label}">'
    '<span class="icon icon-plus" aria-hidden="true"></span>{clock}</a>'
)


@register.simple_tag
def visit_link(item: Item, shown: int | None, may_move: bool) -> SafeString:
    """Draw the link to a visit: when, who, what for, and its status as colour, symbol and word."""
    visit = item.appointment
    if visit is None:
        return SafeString()
    word = visit.get_status_display()
    overbooked = gettext("Overbooked") if visit.overbook else ""
    titles = [item.starts, str(visit.patient), visit.type and str(visit.type)]
    titles += [overbooked, word]
    kind = visit.type
    drawn = _VISIT.format(
        pk=visit.pk,
        status=visit.status,
        shown=" is-shown" if visit.pk == shown else "",
        address=f"{visit.pk}".join(_around_id()),
        version=f' data-version="{visit.version}"' if may_move and visit.is_movable else "",
        title=escape(", ".join(title for title in titles if title)),
        clock=item.clock,
        mark=_MARK if visit.overbook else "",
        name=escape(visit.patient),
        overbooked=_OVERBOOKED.format(word=escape(overbooked)) if overbooked else "",
        type=_TYPE.format(colour=escape(kind.colour), name=escape(kind)) if kind else "",
        word=escape(word),
    )
    return mark_safe(drawn)  # nosec B308 B703 # noqa: S308 - whatever somebody typed is escaped above


@register.simple_tag
def free_link(
    item: Item, doctor: Doctor, book_url: str, and_for: str, with_day: object
) -> SafeString:
    """Draw the link that books a free time, its day named where other days stand beside it."""
    drawn = _FREE.format(
        doctor=doctor.pk,
        address=escape(book_url),
        iso=item.iso,
        more=escape(and_for),
        clock=item.clock,
        label=escape(_label_of_free(item, doctor, with_day)),
    )
    return mark_safe(drawn)  # nosec B308 B703 # noqa: S308 - whatever somebody typed is escaped above


def _label_of_free(item: Item, doctor: Doctor, with_day: object) -> str:
    said = {"time": item.clock, "doctor": doctor}
    if not with_day:
        return gettext("%(time)s free, book with %(doctor)s") % said
    weekday = WorkingHours.Weekday(item.starts_at.astimezone(item.tz).isoweekday())
    said["weekday"] = weekday.label
    return gettext("%(time)s on %(weekday)s free, book with %(doctor)s") % said


@cache
def _around_id() -> tuple[str, str]:
    """Return what stands before and after the id in the address of an appointment."""
    before, _, after = reverse("scheduling:appointment", args=[0]).rpartition("0")
    return before, after
