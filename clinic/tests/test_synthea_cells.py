"""What Synthea's cells mean."""

from datetime import datetime

import pytest

from clinic.synthea import cells


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MIDTOWN  FAMILY CARE  LLC", "Midtown Family Care LLC"),
        ("CHILDREN'S HOSPITAL OF O'NEILL", "Children's Hospital of O'Neill"),
        ("MCCOOK CLINIC P.C.", "McCook Clinic P.C."),
        ("12 39TH ST", "12 39th St"),
        ("OBSTETRICS/GYNECOLOGY", "Obstetrics/Gynecology"),
        ("SOUTH HEALTH SERVICES-", "South Health Services"),
        ("deVille Vet Center", "deVille Vet Center"),
    ],
)
def test_shouted_text_is_set_in_title_case(written: str, meant: str) -> None:
    assert cells.tidied(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("402-555-0142", "+14025550142"),
        ("4025550142", "+14025550142"),
        ("12", ""),
        ("none", ""),
        ("", ""),
    ],
)
def test_phone_numbers_are_normalised(written: str, meant: str) -> None:
    assert cells.phone(written)[0] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("693391143", "69339"),
        ("2134", "02134"),
        ("21341234", "02134"),
        ("02134-1234", "02134"),
        ("68114", "68114"),
        ("00000", ""),
        ("", ""),
        ("ABCDE", ""),
        ("12", ""),
    ],
)
def test_zip_codes_are_repaired(written: str, meant: str) -> None:
    assert cells.zip_code(written)[0] == meant


def test_an_instant_without_an_offset_is_utc() -> None:
    assert cells.instant("2011-03-02", "START") == datetime.fromisoformat("2011-03-02T00:00Z")


def test_an_unknown_zip_code_has_the_zone_of_its_neighbours() -> None:
    assert cells.timezone("69399", "NE") == "America/Denver"
    assert cells.timezone("", "NE") == "America/Chicago"
    assert cells.timezone("", "") == ""
