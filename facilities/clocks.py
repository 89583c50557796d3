"""What a zone's clock shows, where a time alone would leave it open."""

from datetime import datetime


def zone_in_doubt(at: datetime) -> str:
    """Return the zone's abbreviation, after a space, of a local time that the day has twice."""
    twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
    return f" {at.tzname()}" if twice else ""
