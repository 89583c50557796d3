"""The zone of a time, in every template."""

from datetime import datetime

from django import template

from facilities import clocks

register = template.Library()


@register.filter(expects_localtime=True)
def zone_name(at: datetime) -> str:
    """Return the zone's abbreviation, such as CDT; Django's own `T` has none in a repeated hour."""
    return at.tzname() or ""


@register.filter(expects_localtime=True)
def zone_in_doubt(at: datetime) -> str:
    return clocks.zone_in_doubt(at)
