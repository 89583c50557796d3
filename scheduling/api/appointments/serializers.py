"""What is shown of an appointment, and what may be said when one is booked, moved or ended."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.examples import exemplified
from api.fields import LARGEST_ID, Instant, Named, Reference
from api.problems import Forbidden
from api.serializers import ForStaff, Serializer
from facilities.models import Doctor, Facility, Room
from patients.models import Patient
from scheduling import rules
from scheduling.api.appointments import examples
from scheduling.models import Appointment, AppointmentType
from scheduling.permissions import may_move, steps_of
from scheduling.status import Status

SHORTEST, LONGEST = 5, 720


def patients(user: Any) -> Any:
    return Patient.objects.visible_to(user)


def doctors(user: Any) -> Any:
    return Doctor.objects.visible_to(user)


def types(user: Any) -> Any:
    return AppointmentType.objects.visible_to(user)


def rooms(user: Any) -> Any:
    return Room.objects.visible_to(user)


@exemplified(shown=examples.SHOWN)
class AppointmentSerializer(ForStaff, serializers.Serializer):
    """A patient's answer lacks what is the staff's: `notes`, `overbook` and two reasons.

    `override_reason` and `cancel_reason` are shown to the staff alone, like every reason in the
    history, whoever wrote them.
    """

    for_staff = ("notes", "cancel_reason", "overbook", "override_reason")

    id = serializers.IntegerField(read_only=True)
    patient_id = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Unknown of some holds."
    )
    patient_name = Named(source="patient", allow_null=True)
    doctor_id = serializers.IntegerField(read_only=True)
    doctor_name = Named(source="doctor")
    facility_id = serializers.IntegerField(read_only=True)
    facility_name = Named(source="facility")
    facility_timezone = serializers.CharField(source="facility.timezone", read_only=True)
    room_id = serializers.IntegerField(read_only=True, allow_null=True)
    room_name = Named(source="room", allow_null=True)
    type_id = serializers.IntegerField(read_only=True, allow_null=True)
    type_name = Named(source="type", allow_null=True)
    starts_at = Instant(read_only=True)
    ends_at = Instant(read_only=True)
    blocked_until = Instant(
        read_only=True, help_text="When doctor and room are free again: the end and a buffer."
    )
    duration_minutes = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    reason = serializers.CharField(read_only=True)
    notes = serializers.CharField(read_only=True)
    cancel_reason = serializers.CharField(read_only=True)
    hold_expires_at = Instant(read_only=True, allow_null=True)
    overbook = serializers.IntegerField(read_only=True)
    override_reason = serializers.CharField(read_only=True)
    source = serializers.ChoiceField(choices=Appointment.Source.choices, read_only=True)
    series_id = serializers.IntegerField(read_only=True, allow_null=True)
    next_steps = serializers.SerializerMethodField()
    is_movable = serializers.SerializerMethodField(
        help_text="Whether this person can move it now, as far as the visit itself goes."
    )
    created_at = Instant(read_only=True)
    updated_at = Instant(read_only=True)
    version = serializers.IntegerField(read_only=True)

    def get_duration_minutes(self, appointment: Appointment) -> int:
        return appointment.duration // timedelta(minutes=1)

    def get_is_movable(self, appointment: Appointment) -> bool:
        return may_move(self.context["request"].user, appointment)

    @extend_schema_field(
        serializers.ListField(
            child=serializers.ChoiceField(choices=Status.choices),
            help_text="What this person may make of it now. `booked` confirms a hold.",
        )
    )
    def get_next_steps(self, appointment: Appointment) -> list[str]:
        steps = steps_of(self.context["request"].user, appointment, timezone.now())
        return [step.value for step in steps]


@exemplified(sent=examples.HOLD)
class HoldSerializer(Serializer):
    """A time with a doctor, for a patient or still for nobody.

    A free slot can be sent as it was found: what it says besides is taken and not read.
    """

    patient_id = Reference(
        patients,
        source="patient",
        required=False,
        help_text="Left out by a patient, who books for themselves.",
    )
    doctor_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    facility_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    room_id = Reference(rooms, source="room", required=False, allow_null=True)
    type_id = Reference(types, source="type", required=False, allow_null=True)
    starts_at = Instant()
    duration_minutes = serializers.IntegerField(
        min_value=SHORTEST,
        max_value=LONGEST,
        required=False,
        help_text="Left out: as long as the type, or else 30.",
    )
    ends_at = Instant(required=False, help_text="May be sent instead of `duration_minutes`.")
    doctor_name = serializers.CharField(read_only=True)
    facility_name = serializers.CharField(read_only=True)
    facility_timezone = serializers.CharField(read_only=True)
    miles = serializers.FloatField(read_only=True)

    def validate(self, said: dict[str, Any]) -> Any:
        """Return what was said as what `book()` and `hold()` take."""
        user = self.context["request"].user
        doctor, facility = place(user, said.pop("doctor_id"), said.pop("facility_id"))
        is_staff = user.is_clinic_staff
        if not is_staff:
            said["patient"] = own_record(user, said.get("patient"))
        minutes = said.pop("duration_minutes", None)
        return said | {
            "doctor": doctor,
            "facility": facility,
            "ends_at": end_of(said["starts_at"], minutes, said.get("ends_at")),
            "source": Appointment.Source.DESK if is_staff else Appointment.Source.ONLINE,
            "by": user,
        }


class WordsSerializer(Serializer):
    """What is said of a visit as it is booked; the notes are the desk's own."""

    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)

    def validate_notes(self, notes: str) -> str:
        if self.context["request"].user.is_clinic_staff:
            return notes
        message = _("Notes are the desk's. Say in `reason` why you come.")
        raise serializers.ValidationError(message, code="desk_only")


class BookingSerializer(HoldSerializer, WordsSerializer):
    override_reason = serializers.CharField(
        max_length=200,
        required=False,
        help_text="Why it is booked although the time is taken or outside hours; needs the "
        "permission for it.",
    )

    def validate(self, said: dict[str, Any]) -> Any:
        if "patient" not in said and self.context["request"].user.is_clinic_staff:
            raise serializers.ValidationError(
                {"patient_id": [_("Say whom the appointment is for.")]}, code="required"
            )
        return super().validate(said)


@exemplified(sent=examples.CONFIRM)
class ConfirmationSerializer(WordsSerializer):
    """What a hold becomes; what is left out stays as it is held."""

    patient_id = Reference(patients, source="patient", required=False)
    room_id = Reference(rooms, source="room", required=False)
    type_id = Reference(types, source="type", required=False, allow_null=True)
    duration_minutes = serializers.IntegerField(
        min_value=SHORTEST, max_value=LONGEST, required=False
    )


@exemplified(sent=examples.MOVE)
class ChangeSerializer(Serializer):
    """Another time, doctor or room, or other words about the visit, or both.

    An alternative can be sent as it was answered: the facility, type and length that it names are
    those of the visit, and no others are taken.
    """

    starts_at = Instant(required=False)
    ends_at = Instant(required=False, help_text="Of the visit's own length.")
    facility_id = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, help_text="The visit's own."
    )
    type_id = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_ID,
        required=False,
        allow_null=True,
        help_text="The visit's own.",
    )
    doctor_id = Reference(doctors, source="doctor", required=False)
    room_id = Reference(rooms, source="room", required=False)
    override_reason = serializers.CharField(max_length=200, required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    doctor_name = serializers.CharField(read_only=True)
    facility_name = serializers.CharField(read_only=True)
    facility_timezone = serializers.CharField(read_only=True)
    miles = serializers.FloatField(read_only=True)


@exemplified(sent=examples.CANCEL)
class CancellationSerializer(Serializer):
    reason = serializers.CharField(max_length=200, help_text="Why it is cancelled.")


# What a status may be set to. A time is held by `hold`, and booked or confirmed for somebody.
BY_STATUS = [each for each in Status if each not in {Status.PENDING, Status.BOOKED}]


class StatusChangeSerializer(Serializer):
    status = serializers.ChoiceField(choices=[(each.value, each.label) for each in BY_STATUS])
    reason = serializers.CharField(
        max_length=200, required=False, default="", help_text="Why, where it is cancelled."
    )


def own_record(user: Any, named: Patient | None = None) -> Patient:
    """Return the patient record of an account; raise Forbidden when it has none."""
    patient = named or Patient.objects.visible_to(user).first()
    if patient is None:
        raise Forbidden(
            _("No patient record belongs to this account yet. Ask the clinic to connect it."),
            "no_patient_record",
        )
    return patient


def end_of(starts_at: datetime, minutes: int | None, ends_at: datetime | None) -> datetime | None:
    """Return the end that is said in one way or the other, None for neither."""
    if minutes:
        by_length = starts_at + timedelta(minutes=minutes)
        if ends_at in (None, by_length):
            return by_length
        message = _("The length leads to another end. Send one of the two.")
        raise serializers.ValidationError({"ends_at": [message]}, code="two_lengths")
    if ends_at and not SHORTEST <= (ends_at - starts_at) / timedelta(minutes=1) <= LONGEST:
        message = _("A visit lasts from 5 minutes to 12 hours. Send an end that fits its start.")
        raise serializers.ValidationError({"ends_at": [message]}, code="length")
    return ends_at


def place(user: Any, doctor: int, facility: int) -> tuple[Doctor, Facility]:
    """Read both in one statement: a doctor who works at a facility, as far as one may see."""
    works = Doctor.facilities.through.objects.filter(
        doctor__in=Doctor.objects.visible_to(user).values("pk"),
        facility__in=Facility.objects.visible_to(user).values("pk"),
    )
    found = works.filter(doctor=doctor, facility=facility).select_related("doctor", "facility")
    for both in found:
        return both.doctor, both.facility
    message = _("No doctor %(doctor)s works at a facility %(facility)s where you may book.") % {
        "doctor": doctor,
        "facility": facility,
    }
    raise serializers.ValidationError({"doctor_id": [message]}, code="does_not_exist")


def works_at(doctor: Doctor | None, facility: Any) -> None:
    """Raise ValidationError, by its field, for a doctor of another facility."""
    if doctor:
        try:
            rules.refuse_doctor_elsewhere(doctor, facility)
        except ValidationError as error:
            said = {"doctor_id": error.messages}
            raise serializers.ValidationError(said, code="does_not_exist") from error
