"""Weekdays in the order and by the names of the page's language."""

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling import weekdays
from scheduling.finding import FindForm
from scheduling.models import WorkingHours
from scheduling.tests.factories import working_doctor

FROM_SUNDAY, FROM_MONDAY = [7, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("language", "order", "monday"),
    [("en", FROM_SUNDAY, "Mon"), ("es", FROM_MONDAY, "lun"), ("pt-br", FROM_SUNDAY, "seg")],
)
def test_a_week_has_the_languages_order_and_names(
    language: str, order: list[int], monday: str
) -> None:
    with translation.override(language):
        assert weekdays.in_order() == order
        assert sorted(order, key=weekdays.place) == order
        assert weekdays.short(1).lower().startswith(monday.lower())
        assert [day for day, _name in weekdays.narrow_choices()] == order


@pytest.mark.django_db
def test_a_form_names_them_as_each_request_has_it() -> None:
    for language, order in [("en", FROM_SUNDAY), ("es", FROM_MONDAY)]:
        with translation.override(language):
            choices = list(FindForm({}, date(2026, 11, 21)).fields["weekdays"].choices)
            assert choices == weekdays.narrow_choices()
            assert [day for day, _name in choices] == order


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "order"), [("en", FROM_SUNDAY), ("es", FROM_MONDAY)])
def test_hours_stand_in_the_weeks_order(client: Client, language: str, order: list[int]) -> None:
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    client.force_login(staff_of(facility, "admin", language=language))
    page = client.get(reverse("scheduling:hours", args=[doctor.pk])).content.decode()
    with translation.override(language):
        names = [str(capfirst(WorkingHours.Weekday(day).label)) for day in order]
    places = [page.index(f">{name}<") for name in names]
    assert places == sorted(places)
    form = client.get(reverse("scheduling:add-hours", args=[doctor.pk])).content.decode()
    _, _, form = form.partition('name="weekday"')
    options = [form.index(f'<option value="{day}"') for day in order]
    assert options == sorted(options)


@pytest.mark.django_db
def test_rows_are_sorted_by_the_database() -> None:
    facility, doctor = FacilityFactory(), DoctorFactory()
    for day in (3, 7, 1):
        WorkingHours.objects.create(
            doctor=doctor,
            facility=facility,
            weekday=day,
            starts_at=time(8),
            ends_at=time(9),
            valid_from=date(2020, 1, 1),
        )
    for language, expected in [("en", [7, 1, 3]), ("es", [1, 3, 7])]:
        with translation.override(language):
            rows = WorkingHours.objects.order_by(weekdays.order())
            assert [row.weekday for row in rows] == expected
