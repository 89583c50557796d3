"""A small network of facilities, near to each other and far."""

from datetime import date

from facilities.models import CareType, Facility
from facilities.tests.factories import FacilityFactory
from scheduling.tests.factories import in_days, working_doctor

OMAHA, LINCOLN, SCOTTSBLUFF = "68102", "68508", "69361"


def three_cardiologists(cardiology: CareType) -> list[Facility]:
    """Return three facilities, two of them in one zone, each with a cardiologist."""
    facilities = [
        FacilityFactory(zip_code=OMAHA),
        FacilityFactory(zip_code=LINCOLN),
        FacilityFactory(zip_code=SCOTTSBLUFF, timezone="America/Denver"),
    ]
    for facility in facilities:
        facility.care_types.add(cardiology)
        working_doctor(facility, specialization="Cardiology").care_types.add(cardiology)
    return facilities


def tomorrow(facility: Facility) -> date:
    return in_days(1, 0, facility=facility).astimezone(facility.tz).date()
