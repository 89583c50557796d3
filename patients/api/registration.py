"""Making a patient account, and proving by a mailed code whose it is."""

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import mail
from accounts.afterwards import afterwards
from accounts.api import limits
from accounts.api.serializers import (
    EMAIL,
    PASSWORD,
    TOKENS,
    Password,
    ResetSerializer,
    SaidSerializer,
    TokensSerializer,
)
from accounts.api.views import Open, signed_in
from accounts.models import EmailCode, SignIn, User
from api.examples import exemplified
from api.fields import Reference
from api.serializers import ModelSerializer, Serializer
from facilities.models import Facility
from patients.api.me import LINKS, ME, shown
from patients.models import Registration

POSTED = _("A letter is on its way to this address. Enter the code from it.")
RESENT = _("If a registration with this address waits for its code, a new one is on its way to it.")
LINK = ("patient_id", "patient_name", "patient_link")
CREDENTIALS = {"email": EMAIL, "password": PASSWORD}
VERIFIED = TOKENS | {name: ME[name] for name in LINK}


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


@exemplified(
    sent=CREDENTIALS
    | {"given_name": "Ada", "family_name": "Example", "date_of_birth": "1980-02-29"}
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


@exemplified(sent=CREDENTIALS | {"code": "042917"})
class VerificationSerializer(Serializer):
    email = serializers.EmailField(max_length=254)
    password = Password()
    code = serializers.RegexField(r"^[0-9]{6}$", help_text="The six digits from the letter.")
    facility_id = FacilityChoice(help_text="Instead of the one chosen before, if that is full.")


class ResendSerializer(ResetSerializer):
    """The address that waits for its code."""


@exemplified(shown=VERIFIED)
class VerifiedSerializer(TokensSerializer):
    """The tokens of a sign-in, and which record is this person's."""

    patient_id = serializers.IntegerField(allow_null=True)
    patient_name = serializers.CharField(allow_null=True)
    patient_link = serializers.ChoiceField(choices=LINKS)


class Register(Open):
    serializer_class = RegistrationSerializer
    protected_by = (limits.Registering,)

    @extend_schema(
        summary="Make a patient account",
        description="Answers alike whether or not there is an account with the address: its owner "
        "is told in the letter. Nobody can sign in with the account until `auth/verify` takes the "
        "code from the letter. Registering again before that replaces what was said, unless so "
        "many letters went to the address in this hour that none does.",
        responses={201: SaidSerializer},
    )
    def post(self, request: Request) -> Response:
        said = self.read()
        email, password = said.pop("email"), said.pop("password")
        registration = Registration(**said)
        Registration.objects.prepare(registration, email, password)
        if limits.REGISTRATIONS.may_go(request, email):
            afterwards(partial(register, registration))
        return Response({"detail": str(POSTED)}, status=201)


class Verify(Open):
    serializer_class = VerificationSerializer
    protected_by = (limits.Verifying,)

    @extend_schema(
        summary="Prove your address with the code from the letter, and sign in",
        description="Links the patient record with this address and date of birth, or makes one. "
        "Where a record only looks like yours, the desk decides: `patient_link` is `waiting`. When "
        "the facility is full, send the code again with another one.",
        responses={200: VerifiedSerializer},
    )
    def post(self, request: Request) -> Response:
        said, now = self.read(), timezone.now()
        registration = Registration.objects.unverified(said["email"]).first()
        nobody = User(pk=0, email=said["email"])
        user = registration.user if registration else nobody
        # Whoever registered an address last chose its password: the code proves the address, the
        # password that both are one person. Who does not know it uses no try of theirs up, and is
        # refused in the time that a try takes.
        trying = user if user.check_password(said["password"]) else nobody
        if not EmailCode.objects.accepts(trying, said["code"], now):
            raise code_refused()
        if registration is None:
            raise code_refused()
        try:
            registration.verified(user.email, now, said.get("facility"))
        except Registration.DoesNotExist as error:
            raise code_refused() from error
        EmailCode.objects.filter(user=user).delete()
        answer = signed_in(SignIn.objects.start(registration.user, now))
        me = shown(user)
        answer.data |= {name: me[name] for name in LINK}
        return answer


class Resend(Open):
    serializer_class = ResendSerializer
    protected_by = (limits.Resending,)

    @extend_schema(
        summary="Ask for a new code",
        description="Answers alike for every address, and when so many letters went to it in this "
        "hour that none does.",
        responses={202: SaidSerializer},
    )
    def post(self, request: Request) -> Response:
        email = self.read()["email"]
        if limits.CODES.may_go(request, email):
            afterwards(partial(post_another_code, email))
        return Response({"detail": str(RESENT)}, status=202)


def register(registration: Registration) -> None:
    if Registration.objects.register(registration):
        post_code(registration.user)
    else:
        mail.post_known(registration.user.email)


def post_another_code(email: str) -> None:
    registration = Registration.objects.unverified(email).first()
    if registration:
        post_code(registration.user)


def post_code(user: User) -> None:
    mail.post_code(user.email, EmailCode.objects.issue(user, timezone.now()))


def code_refused() -> ValidationError:
    message = gettext("This code is not right, or good no more. Check it, or ask for a new one.")
    return ValidationError({"code": ValidationError(message, code="code_refused")})
