"""SPECIALITY → the care type that a doctor provides, and that their facility offers with them.

Names are compared by the database's own `lower`, as `care_type_name_unique` does.
"""

from django.db.models.functions import Lower

from facilities.models import CareType, Doctor, Facility

DoctorProvides = Doctor.care_types.through
FacilityOffers = Facility.care_types.through


def link(doctors: list[Doctor], places: dict[str, Facility]) -> set[str]:
    """Link doctors to the care type of their speciality where they are not; return their Ids.

    The facility of such a doctor offers that care from then on. Care types that people added, or
    that an earlier file named, stay.
    """
    missing = _missing(doctors)
    DoctorProvides.objects.bulk_create(
        DoctorProvides(doctor=doctor, caretype_id=care_type) for doctor, care_type in missing
    )
    offered = {(places[str(doctor.identifier)].pk, care_type) for doctor, care_type in missing}
    FacilityOffers.objects.bulk_create(
        (FacilityOffers(facility_id=pk, caretype_id=care_type) for pk, care_type in offered),
        ignore_conflicts=True,
    )
    return {str(doctor.identifier) for doctor, _care_type in missing}


def _missing(doctors: list[Doctor]) -> list[tuple[Doctor, int]]:
    """Return doctors with the care type of their speciality that they are not linked to yet."""
    names = sorted({doctor.specialization for doctor in doctors})
    CareType.objects.bulk_create((CareType(name=name) for name in names), ignore_conflicts=True)
    by_name = dict(CareType.objects.values_list(Lower("name"), "pk"))
    stored = Doctor.objects.filter(pk__in=[doctor.pk for doctor in doctors])
    speciality = dict(stored.values_list("pk", Lower("specialization")))
    there = set(
        DoctorProvides.objects.filter(doctor__in=doctors).values_list("doctor_id", "caretype_id")
    )
    wanted = [(doctor, by_name[speciality[doctor.pk]]) for doctor in doctors]
    return [
        (doctor, care_type) for doctor, care_type in wanted if (doctor.pk, care_type) not in there
    ]
