"""What was shown before a block is saved, and what of it is this person's to take back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from scheduling.models import TimeOff
from scheduling.tests.factories import in_days
from scheduling.tests.test_blocking import booked, desk, doctor, facility, typed, url

__all__ = ["desk", "doctor", "facility"]

pytestmark = pytest.mark.django_db


def test_a_visit_that_came_in_the_place_of_one_that_was_shown_is_shown(desk, facility, doctor):
    shown = booked(facility, doctor)
    shown.cancel("Patient is ill", by=None)
    came = booked(facility, doctor)
    refused = desk.post(url(facility, doctor), typed(facility, seen=shown.pk))
    assert (refused.status_code, TimeOff.objects.count()) == (422, 0)
    assert f'name="seen" value="{came.pk}"' in refused.content.decode()
    both = typed(facility, seen=f"{shown.pk} {came.pk}")
    assert desk.post(url(facility, doctor), both).status_code == 302
    assert TimeOff.objects.count() == 1


@pytest.mark.parametrize("seen", ["x", "-1", "1,2", "9" * 40])
def test_what_names_no_visit_has_shown_none(desk, facility, doctor, seen):
    booked(facility, doctor)
    assert desk.post(url(facility, doctor), typed(facility, seen=seen)).status_code == 422


def test_an_equal_block_of_somebody_else_is_not_offered_to_be_taken_back(desk, facility, doctor):
    theirs = TimeOff.objects.create(
        doctor=doctor,
        starts_at=in_days(2, 9, facility=facility),
        ends_at=in_days(2, 11, facility=facility),
        reason="Meeting",
    )
    page = desk.post(url(facility, doctor), typed(facility), follow=True).content.decode()
    assert "It is blocked already for" in page
    assert reverse("scheduling:unblock", args=[theirs.pk, facility.pk]) not in page
    assert list(TimeOff.objects.all()) == [theirs]


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_block_once(facility, doctor):
    ends = {
        "starts_at": in_days(2, 9, facility=facility),
        "ends_at": in_days(2, 11, facility=facility),
    }

    def enter() -> bool:
        try:
            return TimeOff(doctor=doctor, reason="Meeting", **ends).enter_once()[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        entered = [each.result() for each in [pool.submit(enter) for _ in range(6)]]
    assert sorted(entered) == [False] * 5 + [True]
    assert TimeOff.objects.count() == 1
