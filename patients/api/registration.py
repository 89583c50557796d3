"""Making a patient account, and proving by a mailed code whose it is."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import mail
from accounts.api import limits
from accounts.api.serializers import Password, SaidSerializer
from accounts.api.views import Open
from accounts.models import EmailCode, User
from api.fields import Reference
from api.problems import Conflict
from api.serializers import ModelSerializer, Serializer
from api.views import Action
from facilities.models import Facility
from patients.api.me import ME, MeSerializer, shown
from patients.models import Registration

POSTED = "A letter is on its way to this address. Sign in, and enter the code from it."
RESENT = "A new code is on its way to the address of your account."


def _in_use(user: Any) -> QuerySet[Facility]:
    return Facility.objects.active()


class FacilityChoice(Reference):
    """A facility of the network; who registers sees no more of it than its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            rows=_in_use,
            source="facility",
            required=False,
            allow_null=True,
            **options,
        )


class RegistrationSerializer(ModelSerializer):
    email = serializers.EmailField(max_length=254)
    password = Password()
    facility_id = FacilityChoice(help_text="Where the person wants to be cared for.")

    class Meta:
        model = Registration
        fields = [
            "email",
            "password",
            "given_name",
            "family_name",
            "date_of_birth",
            "phone",
            "zip_code",
            "facility_id",
        ]


class VerificationSerializer(Serializer):
    code = serializers.RegexField(r"^[0-9]{6}$", help_text="The six digits from the letter.")
    facility_id = FacilityChoice(help_text="Instead of the one chosen before, if that is full.")


class Register(Open):
    serializer_class = RegistrationSerializer
    protected_by = (limits.Registering,)

    @extend_schema(
        summary="Make a patient account",
        description="Answers alike whether or not there is an account with the address: its owner "
        "is told in the letter. Sign in next, and send the code from the letter to `auth/verify`.",
        responses={201: SaidSerializer},
        examples=[
            OpenApiExample(
                "Person",
                {
                    "email": "ruben@example.org",
                    "password": "a-long-enough-password",
                    "given_name": "Ruben",
                    "family_name": "Oakmere",
                    "date_of_birth": "1990-06-01",
                },
                request_only=True,
            ),
            OpenApiExample("Posted", {"detail": POSTED}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        said = self.read()
        email, password = said.pop("email"), said.pop("password")
        registration = Registration(**said)
        if Registration.objects.register(registration, email, password):
            post_code(registration.user)
        else:
            mail.post_known(email)
        return Response({"detail": POSTED}, status=201)


class Verify(Action):
    serializer_class = VerificationSerializer
    protected_by = (limits.Verifying,)

    @extend_schema(
        summary="Prove your address with the code from the letter",
        description="Links the patient record with this address and date of birth, or makes one. "
        "Where a record only looks like yours, the desk decides: `patient_link` is `waiting`. When "
        "the facility is full, send the code again with another one.",
        responses={200: MeSerializer},
        examples=[
            OpenApiExample("Code", {"code": "042917"}, request_only=True),
            OpenApiExample("Linked", ME, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        said, user, now = self.read(), request.user, timezone.now()
        registration = unverified(user)
        if not EmailCode.objects.accepts(user, said["code"], now):
            message = "This code is not right, or good no more. Check it, or ask for a new one."
            raise ValidationError({"code": ValidationError(message, code="code_refused")})
        registration.verified(user.email, now, said.get("facility"))
        user.email_code.delete()
        return Response(shown(user))


class Resend(Action):
    protected_by = (limits.Resending,)

    @extend_schema(
        summary="Ask for a new code",
        request=None,
        responses={202: SaidSerializer},
        examples=[OpenApiExample("Posted", {"detail": RESENT}, response_only=True)],
    )
    def post(self, request: Request) -> Response:
        post_code(unverified(request.user).user)
        return Response({"detail": RESENT}, status=202)


def post_code(user: User) -> None:
    mail.post_code(user.email, EmailCode.objects.issue(user, timezone.now()))


def unverified(user: User) -> Registration:
    """Return the registration that waits for a code; raises Conflict where there is none."""
    waiting = Registration.objects.filter(user=user, status=Registration.Status.UNVERIFIED)
    registration = waiting.select_related("user").first()
    if registration is None:
        raise Conflict("There is nothing to verify for this account.", "already_verified")
    return registration
