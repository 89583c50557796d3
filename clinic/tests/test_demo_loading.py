"""How the demo clinic is loaded: on any day of the week, once, and never where it could harm."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from clinic import demo
from clinic.demo.accounts import ACCOUNTS, PASSWORD
from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from scheduling.agenda import doctor_days, doctors_of
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentEvent, WaitlistEntry
from scheduling.openings import Wanted, find_openings

pytestmark = pytest.mark.django_db

FRIDAY_AT_TEN = datetime(2026, 11, 20, 16, 20, tzinfo=UTC)


def main_facility() -> Facility:
    return Facility.objects.earliest("pk")


def fullness(facility: Facility, now: datetime) -> float:
    """Return the share of today's working time at the facility that is taken."""
    today = local(now, facility).date()
    days = doctor_days(facility, doctors_of(facility), today, today)
    working = sum((hours.duration for day in days for hours in day.hours), timedelta())
    free = sum((hours.duration for day in days for hours in day.free), timedelta())
    return 1 - free / working


@pytest.mark.parametrize("days", range(7))
def test_the_main_facility_is_lively_on_any_day(days: int) -> None:
    now = FRIDAY_AT_TEN + timedelta(days=days)
    demo.load(now=now)
    assert 0.65 <= fullness(main_facility(), now) <= 0.8
    today = local(now, main_facility()).date()
    wanted = Wanted(first=today, last=today, facilities=[main_facility()])
    assert find_openings(wanted, now=now)


def test_two_loads_at_one_moment_are_alike() -> None:
    def written() -> list[tuple]:
        return list(
            Appointment.objects.order_by("starts_at", "doctor__name").values_list(
                "patient__family_name", "doctor__name", "starts_at", "status", "type__name"
            )
        )

    demo.load(now=FRIDAY_AT_TEN)
    first = written()
    WaitlistEntry.objects.all().delete()
    AppointmentEvent.objects.all().delete()
    Appointment.objects.all().delete()
    Patient.objects.all().delete()
    Doctor.objects.all().delete()
    Facility.objects.all().delete()
    User.objects.all().delete()
    demo.load(now=FRIDAY_AT_TEN)
    assert written() == first


def test_a_denser_clinic_can_be_asked_for() -> None:
    demo.load(now=FRIDAY_AT_TEN, facilities=5, doctors=40, patients=300, days_back=1, days_ahead=1)
    assert (Facility.objects.count(), Patient.objects.count()) == (5, 300)
    first = Appointment.objects.earliest("starts_at")
    assert first.starts_at > FRIDAY_AT_TEN - timedelta(days=2)


def test_load_demo_loads_around_the_present(settings: LazySettings) -> None:
    settings.TRIAL = True
    call_command("load_demo", stdout=StringIO())
    now = timezone.now()
    assert fullness(main_facility(), now) > 0.6
    assert Appointment.objects.upcoming(now).exists()


def test_load_demo_refuses_where_debug_is_off(settings: LazySettings) -> None:
    settings.TRIAL = False
    with pytest.raises(CommandError, match="only with TRIAL=true"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_load_demo_refuses_a_second_time(settings: LazySettings) -> None:
    settings.TRIAL = True
    UserFactory(username="reception")
    with pytest.raises(CommandError, match="probably loaded"):
        call_command("load_demo")
    assert not Facility.objects.exists()


@pytest.mark.parametrize("factory", [UserFactory, FacilityFactory])
def test_if_empty_leaves_a_clinic_in_use_alone(settings: LazySettings, factory: type) -> None:
    settings.TRIAL = True
    factory()
    call_command("load_demo", "--if-empty")
    assert not Patient.objects.exists()


def test_if_empty_loads_an_empty_database(settings: LazySettings) -> None:
    settings.TRIAL = True
    call_command("load_demo", "--if-empty", stdout=StringIO())
    assert Patient.objects.count() == 100


def test_demo_accounts_gives_a_hint_where_there_are_none(capsys: pytest.CaptureFixture) -> None:
    UserFactory(username="admin")
    call_command("demo_accounts")
    out = capsys.readouterr().out
    assert "load_demo" in out
    assert PASSWORD not in out


def test_each_demo_account_can_sign_in_and_sees_the_main_facility() -> None:
    demo.load(now=FRIDAY_AT_TEN)
    for username, (role, _name) in ACCOUNTS.items():
        user = User.objects.get(username=username)
        assert user.check_password(PASSWORD)
        assert (user.role, user.email) == (role, f"{username}@demo.example")
        assert main_facility() in Facility.objects.visible_to(user)
