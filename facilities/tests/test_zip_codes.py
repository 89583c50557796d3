import subprocess
import sys
from math import pi

import pytest
import zipcodes
from hypothesis import given
from hypothesis import strategies as st

from facilities.zip_codes import EARTH_RADIUS_MILES, Point, centroid, is_zip_code, miles_between

KM_PER_MILE = 1.609344
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_a_zip_code_has_a_middle() -> None:
    assert centroid("68102") == Point(41.259, -95.9409)
    assert centroid("02134") == Point(42.3535, -71.1329)


@pytest.mark.parametrize("text", ["", "6810", "681022", "68102-2345", "6810x", "٦٨١٠٢", "68102\n"])
def test_what_is_no_zip_code_has_no_middle(text: str) -> None:
    assert not is_zip_code(text)
    assert centroid(text) is None


@pytest.mark.parametrize("zip_code", ["00000", "09001"])
def test_a_zip_code_that_lies_nowhere_has_no_middle(zip_code: str) -> None:
    assert is_zip_code(zip_code)
    assert centroid(zip_code) is None


def test_every_zip_code_that_the_package_places_in_the_country_is_found() -> None:
    rows = [row for digit in range(10) for row in zipcodes.similar_to(str(digit))]
    placed = [row for row in rows if float(row["lat"]) or float(row["long"])]
    assert len(placed) > 40_000
    for row in placed[::97]:
        assert centroid(row["zip_code"]) == (float(row["lat"]), float(row["long"]))


def test_the_table_of_the_whole_country_is_not_kept() -> None:
    fresh = """
import zipcodes
from facilities.zip_codes import centroid
assert centroid("68102")
assert "_zips_cache" in vars(zipcodes) and zipcodes._zips_cache is None
"""
    subprocess.run([sys.executable, "-c", fresh], check=True)


def test_a_distance_agrees_with_a_published_example() -> None:
    """https://www.movable-type.co.uk/scripts/latlong.html: 968.9 km with a radius of 6371 km."""
    lands_end = Point(50 + 3 / 60 + 59 / 3600, -(5 + 42 / 60 + 53 / 3600))
    john_o_groats = Point(58 + 38 / 60 + 38 / 3600, -(3 + 4 / 60 + 12 / 3600))
    assert miles_between(lands_end, john_o_groats) * KM_PER_MILE == pytest.approx(968.9, abs=0.1)


def test_a_quarter_and_half_of_the_earth_are_that() -> None:
    around = 2 * pi * EARTH_RADIUS_MILES
    assert miles_between(Point(0, 0), Point(90, 0)) == pytest.approx(around / 4)
    assert miles_between(Point(0, 10), Point(0, -170)) == pytest.approx(around / 2)
    assert miles_between(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(around / 360)


@given(points, points)
def test_a_distance_is_the_same_both_ways_and_at_most_half_around(a: Point, b: Point) -> None:
    there = miles_between(a, b)
    assert 0 <= there <= pi * EARTH_RADIUS_MILES + 1e-6
    assert there == pytest.approx(miles_between(b, a))
    assert miles_between(a, a) == 0
