"""Who waits in the demo clinic."""

from datetime import UTC, datetime

import pytest

from clinic import demo
from facilities.models import Facility
from scheduling.models import WaitlistEntry

pytestmark = pytest.mark.django_db

FRIDAY_AT_TEN = datetime(2026, 11, 20, 16, 20, tzinfo=UTC)


def test_people_wait_at_every_facility_for_care_that_it_gives() -> None:
    demo.load(now=FRIDAY_AT_TEN)
    entries = WaitlistEntry.objects.waiting().select_related("patient", "care_type")
    for facility in Facility.objects.all():
        own = entries.filter(patient__facility=facility)
        assert own.exists()
        given = set(facility.care_types.values_list("pk", flat=True))
        assert {entry.care_type_id for entry in own} <= given
    assert entries.values("priority").distinct().count() >= 3
    assert not entries.filter(created_at__gte=FRIDAY_AT_TEN).exists()
