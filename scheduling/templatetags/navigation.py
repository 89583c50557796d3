"""Which part of the site a page belongs to, so that the navigation can say where one is."""

from typing import Any

from django import template

register = template.Library()

# The part of the site that the views of an app lead to, by how their names begin.
PARTS = {
    "scheduling": (
        ("find", "find"),
        ("first-openings", "find"),
        ("search", ""),
        ("walk-in", "walk-in"),
        ("patient", "patients"),
        ("waitlist", "waitlist"),
        ("doctor", "doctors"),
        ("hours", "doctors"),
        ("add-hours", "doctors"),
        ("change-hours", "doctors"),
        ("stranded", "doctors"),
        ("absences", "absences"),
        ("time-off", "absences"),
        ("add-", "absences"),
        ("change-", "absences"),
        ("closure", "absences"),
        ("feed", "calendars"),
        ("insight", "insight"),
        ("", "board"),
    ),
    "patients": (("duplicates", "duplicates"), ("access-log", "access-log"), ("", "patients")),
    "facilities": (("", "facilities"),),
    "records": (("", "charts"),),
    "portal": (
        *((name, "book") for name in ("book", "times", "hold", "confirm", "release")),
        *((name, "records") for name in ("records", "note", "document")),
        ("details", "details"),
        ("", "visits"),
    ),
}


@register.simple_tag(takes_context=True)
def part_of_site(context: dict[str, Any]) -> str:
    """Return the part that this page belongs to, or nothing for a page outside them."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None:
        return ""
    for beginning, part in PARTS.get(match.app_name, ()):
        if (match.url_name or "").startswith(beginning):
            return part
    return ""
