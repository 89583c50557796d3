"""The account that is signed in, and the patient record that it is linked to."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import mail
from accounts.api.limits import ChangingAddress
from accounts.api.serializers import EMAIL, PASSWORD, Password
from accounts.api.views import refuse_wrong_password
from accounts.models import User
from api.etags import etag, refuse_stale
from api.examples import exemplified
from api.retries import retried_once
from api.serializers import ModelSerializer
from api.views import Action
from facilities.api.serializers import IdAndName
from patients.models import Registration

NONE = "none"
LINKS = [*Registration.Status.values, NONE]
ME = {
    "id": 7,
    "username": "patient-4be1f0c7a912",
    "full_name": "Ada Example",
    "email": EMAIL,
    "language": "es",
    "role": "patient",
    "picture": None,
    "facilities": [],
    "patient_id": 41,
    "patient_name": "Ada Example",
    "patient_link": "linked",
    "doctor_id": None,
    "doctor_name": None,
}


@exemplified(sent={"email": "ada@example.net", "current_password": PASSWORD}, shown=ME)
class MeSerializer(ModelSerializer):
    """Another email address needs the password as well, and for a patient's account the desk."""

    current_password = Password(required=False)
    picture = serializers.SerializerMethodField()
    facilities = IdAndName(many=True, read_only=True)
    patient_id = serializers.IntegerField(
        source="patient.pk", read_only=True, default=None, allow_null=True
    )
    patient_name = serializers.CharField(
        source="patient", read_only=True, default=None, allow_null=True
    )
    patient_link = serializers.SerializerMethodField()
    doctor_id = serializers.IntegerField(
        source="doctor.pk", read_only=True, default=None, allow_null=True
    )
    doctor_name = serializers.CharField(
        source="doctor", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "full_name",
            "email",
            "current_password",
            "language",
            "role",
            "picture",
            "facilities",
            "patient_id",
            "patient_name",
            "patient_link",
            "doctor_id",
            "doctor_name",
        ]
        read_only_fields = ["username", "role"]
        extra_kwargs = {
            "language": {"help_text": "Of answers to requests without `Accept-Language`."}
        }

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_picture(self, user: User) -> str | None:
        return reverse("api-v1:my-picture") if user.picture else None

    @extend_schema_field(serializers.ChoiceField(choices=LINKS))
    def get_patient_link(self, user: User) -> str:
        if getattr(user, "patient", None):
            return str(Registration.Status.LINKED)
        registration = getattr(user, "registration", None)
        return registration.status if registration else NONE

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        password = attrs.pop("current_password", "")
        if attrs.get("email", self.instance.email) != self.instance.email:
            refuse_patient(self.instance)
            refuse_wrong_password(self.instance, password)
        return attrs


def refuse_patient(user: User) -> None:
    """Raise PermissionDenied: a patient's address was proved, and another one would not be."""
    if user.role == User.Role.PATIENT:
        raise PermissionDenied(
            _("The clinic changes the email address of your account: call your facility."),
            "desk_only",
        )


def shown(user: User) -> dict[str, Any]:
    """Return an account as its owner sees it."""
    rows = User.objects.select_related("patient", "registration", "doctor")
    data: dict[str, Any] = MeSerializer(rows.prefetch_related("facilities").get(pk=user.pk)).data
    return data


class Me(Action):
    serializer_class = MeSerializer
    protected_by = (ChangingAddress,)

    @extend_schema(
        summary="Read your account",
        description="`patient_link` is `waiting` while the desk makes sure which record is yours, "
        "then `linked`; `none` for an account that nobody registered as a patient. It is "
        "`unverified` where the clinic let you in before you proved your address.",
    )
    def get(self, request: Request) -> Response:
        return Response(shown(request.user))

    @extend_schema(
        summary="Change your account",
        description="Another email address needs `current_password`. A patient's address only the "
        "clinic changes.",
    )
    def patch(self, request: Request) -> Response:
        data = shown(self.changed(request))
        return Response(data, headers={"ETag": etag(data)})

    @retried_once
    def changed(self, request: Request) -> User:
        """Return the account after it was changed as was said."""
        with transaction.atomic():
            user = User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
            refuse_stale(request, shown(user))
            known = user.email
            serializer = self.get_serializer(user, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            serializer.save()
            if user.email != known:
                mail.post_address_changed(known)
        return user
