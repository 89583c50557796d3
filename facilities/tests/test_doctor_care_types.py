"""What a doctor provides: written by the migration at first, by an administrator from then on."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.models import CareType, Doctor
from facilities.tests.factories import DoctorFactory

BEFORE = ("facilities", "0002_registered_count_kept")
AFTER = ("facilities", "0003_doctor_care_types")


def migrate(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


def provided(doctor: Doctor) -> list[str]:
    return [care_type.name for care_type in doctor.care_types.all()]


@pytest.mark.django_db(transaction=True)
def test_the_migration_gives_each_doctor_the_care_of_their_specialization_and_goes_back() -> None:
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    cardiology = CareType.objects.create(name="Cardiology")
    CareType.objects.create(name="Dermatology")
    heart = DoctorFactory(specialization="CARDIOLOGY")
    other = DoctorFactory(specialization="Cardiology and more")
    heart.care_types.add(CareType.objects.get(name="Dermatology"))
    try:
        migrate(BEFORE)
        assert "facilities_doctor_care_types" not in connection.introspection.table_names()
        migrate(AFTER)
        assert list(heart.care_types.all()) == [cardiology]
        assert provided(other) == []
    finally:
        migrate(*latest)


@pytest.mark.django_db
def test_an_administrator_says_what_a_doctor_provides(client: Client) -> None:
    client.force_login(UserFactory(role="admin"))
    doctor = DoctorFactory()
    care = [CareType.objects.create(name=name) for name in ("Cardiology", "Pediatrics")]
    url = reverse("admin:facilities_doctor_change", args=[doctor.pk])
    typed = {"name": doctor.name, "specialization": "Children’s heart", "is_active": "on"}
    for rows in ("working_hours", "time_off"):
        typed |= {f"{rows}-TOTAL_FORMS": "0", f"{rows}-INITIAL_FORMS": "0"}
    assert client.post(url, typed | {"care_types": [each.pk for each in care]}).status_code == 302
    assert provided(doctor) == ["Cardiology", "Pediatrics"]
    listed = client.get(reverse("admin:facilities_doctor_changelist")).content.decode()
    assert "Cardiology, Pediatrics" in listed
    client.post(url, typed)
    assert provided(doctor) == []
