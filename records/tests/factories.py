import io
from datetime import UTC, datetime
from typing import Any

import factory
from django.core.files.base import ContentFile
from PIL import Image

from accounts.models import User
from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from records.models import (
    Allergy,
    Condition,
    Document,
    Encounter,
    HealthSummary,
    MedicalRecord,
    Medication,
)
from scheduling.tests.factories import working_doctor


def doctor_at(facility: Facility, **fields: Any) -> Doctor:
    """Return a doctor who works at the facility and signs in."""
    doctor = working_doctor(facility, **fields)
    doctor.user = staff_of(facility, "doctor")
    doctor.save()
    return doctor


def doctor_user(facility: Facility) -> User:
    user: User = doctor_at(facility).user
    return user


class ClinicalFactory(factory.django.DjangoModelFactory):
    """Written by a doctor of the patient's facility, through `record()`."""

    class Meta:
        abstract = True

    facility = factory.SubFactory(FacilityFactory)
    patient = factory.LazyAttribute(lambda made: PatientFactory(facility=made.facility))
    recorded_by = factory.LazyAttribute(lambda made: staff_of(made.facility, "doctor"))

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        made = model_class(**kwargs)
        made.record()
        return made


class HealthSummaryFactory(ClinicalFactory):
    class Meta:
        model = HealthSummary

    blood_type = "O+"
    history = "Asthma as a child."


class AllergyFactory(ClinicalFactory):
    class Meta:
        model = Allergy

    description = factory.Sequence("Substance {}".format)


class ConditionFactory(ClinicalFactory):
    class Meta:
        model = Condition

    description = factory.Sequence("Condition {}".format)


class MedicationFactory(ClinicalFactory):
    class Meta:
        model = Medication

    description = factory.Sequence("Medication {}".format)


class EncounterFactory(ClinicalFactory):
    class Meta:
        model = Encounter

    starts_at = datetime(2024, 5, 6, 9, tzinfo=UTC)
    ends_at = datetime(2024, 5, 6, 10, tzinfo=UTC)
    encounter_class = "ambulatory"
    description = "General examination"


class DraftFactory(factory.django.DjangoModelFactory):
    """A draft, begun through the one way in; `notes` are saved into it."""

    class Meta:
        model = MedicalRecord

    facility = factory.SubFactory(FacilityFactory)
    patient = factory.LazyAttribute(lambda made: PatientFactory(facility=made.facility))
    by = factory.LazyAttribute(lambda made: doctor_user(made.facility))
    notes = "Lungs clear."

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> MedicalRecord:
        texts = {name: kwargs.pop(name) for name in MedicalRecord.TEXTS if name in kwargs}
        draft = MedicalRecord.objects.begin(**kwargs)
        draft.save_draft(by=kwargs["by"], revision=draft.revision, **texts)
        return draft


class SignedFactory(DraftFactory):
    """A signed note."""

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> MedicalRecord:
        note = super()._create(model_class, *args, **kwargs)
        note.sign(by=kwargs["by"], revision=note.revision)
        return note


def amended(note: MedicalRecord, *, by: Any = None, **texts: str) -> MedicalRecord:
    """Return a signed next version of a note, by the same author where nobody is named."""
    author = by or note.recorded_by
    draft = MedicalRecord.objects.amend(note, reason="Typing error", by=author)
    draft.sign(by=author, revision=draft.revision, **texts)
    return draft


def png(width: int = 2, height: int = 2, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, kind)
    return out.getvalue()


def pdf(before: bytes = b"", after: bytes = b"") -> bytes:
    """Return a small whole PDF, with `after` behind its last line."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
    body, places = before + b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + b"xref\n0 3\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
        + after
    )


def upload(data: bytes, name: str = "scan.pdf") -> ContentFile:
    return ContentFile(data, name=name)


class DocumentFactory(ClinicalFactory):
    class Meta:
        model = Document

    title = "Blood count"
    data = factory.LazyFunction(pdf)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Document:
        data = kwargs.pop("data")
        document = Document(**kwargs)
        document.keep(data)
        return document
