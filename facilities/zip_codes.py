"""Where US ZIP codes lie, and how far apart: pure functions over the table of `zipcodes`.

That package's own list of all ZIP codes keeps 43,000 rows in memory, 100 MB of each process. So
the table is asked for one area at a time, the ZIP codes that begin with the same two digits (2 ms),
and only coordinates are kept: 8 MB if the whole country is asked for. The package itself takes
0.3 s and 37 MB for its table when it is first used.
"""

from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

import zipcodes

UNKNOWN = (0.0, 0.0)  # as the package writes it
EARTH_RADIUS_MILES = 3958.7613
AREA_DIGITS = 2


class Point(NamedTuple):
    """A place in degrees, north and east positive."""

    latitude: float
    longitude: float


def is_zip_code(text: str) -> bool:
    """Say whether this is five digits, whether or not there is such a ZIP code."""
    return len(text) == 5 and text.isascii() and text.isdigit()


def centroid(zip_code: str) -> Point | None:
    """Return the middle of a five-digit ZIP code, or None where it is not known.

    Not known are ZIP codes that do not exist, and military ones, which lie in no one place.
    """
    return _area(zip_code[:AREA_DIGITS]).get(zip_code) if is_zip_code(zip_code) else None


def miles_between(a: Point, b: Point) -> float:
    """Return the statute miles of the great circle between two points, on a sphere.

    This is the haversine formula (R. W. Sinnott, “Virtues of the Haversine”, Sky and Telescope 68,
    1984) with the mean radius of the Earth of IUGG, 6,371.0088 km. The Earth is no sphere, so the
    result can be wrong by half a percent: much less than the size of a ZIP code.
    """
    (lat_a, long_a), (lat_b, long_b) = (map(radians, point) for point in (a, b))
    half_chord = (
        sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((long_b - long_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(min(1.0, half_chord)))


@cache
def _area(digits: str) -> dict[str, Point]:
    """Return the points of all ZIP codes that begin with these digits, at most 100 tables."""
    rows = zipcodes.similar_to(digits)  # type: ignore[no-untyped-call]
    points = {row["zip_code"]: Point(float(row["lat"]), float(row["long"])) for row in rows}
    return {zip_code: point for zip_code, point in points.items() if point != UNKNOWN}
