from typing import Any

import factory

from accounts.tests.factories import UserFactory
from facilities.models import Doctor, Facility, Room


class FacilityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Facility

    name = factory.Sequence("Facility {}".format)
    timezone = "America/Chicago"
    capacity = 1000


class RoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Room

    facility = factory.SubFactory(FacilityFactory)
    name = factory.Sequence("Room {}".format)


class DoctorFactory(factory.django.DjangoModelFactory):
    """`facilities=[facility]` says where the doctor works."""

    class Meta:
        model = Doctor
        skip_postgeneration_save = True

    name = factory.Sequence("Dr. {}".format)
    specialization = "General practice"

    @factory.post_generation
    def facilities(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.facilities.set(extracted or [])


def staff_of(facility: Facility, role: str = "receptionist", **fields: Any) -> Any:
    """Return a user with this role who works at the facility."""
    user = UserFactory(role=role, **fields)
    facility.staff.add(user)
    return user
