"""Accounts and the facilities where their people work, for administrators.

Accounts know no facilities, so these endpoints live here.
"""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import passwords
from accounts.api.serializers import Password
from accounts.models import User
from api.examples import exemplified
from api.fields import Reference
from api.filters import Id, Ordering, Words, YesNo
from api.idempotency import idempotent
from api.serializers import ModelSerializer
from api.views import Creates, Destroys, Endpoint, Lists, Retrieves, Updates
from facilities.api.examples import USER, USER_INPUT
from facilities.api.serializers import IdAndName
from facilities.models import Facility


@exemplified(sent=USER_INPUT, shown=USER)
class UserSerializer(ModelSerializer):
    facility_ids = Reference(
        rows=Facility.objects.visible_to, source="facilities", many=True, required=False
    )
    facilities = IdAndName(many=True, read_only=True)
    picture = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "full_name",
            "email",
            "role",
            "is_active",
            "facility_ids",
            "facilities",
            "picture",
            "last_login",
            "date_joined",
        ]
        read_only_fields = ["last_login", "date_joined"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_picture(self, user: User) -> str | None:
        return reverse("api-v1:user-picture", args=[user.pk]) if user.picture else None

    def write(self, instance: Any, values: dict[str, Any]) -> Any:
        """Save the account, and where its person works."""
        facilities = values.pop("facilities", None)
        super().write(instance, values)
        if facilities is not None:
            instance.facilities.set(facilities)
        return instance


@exemplified(sent=USER_INPUT)
class NewUserSerializer(UserSerializer):
    """An account; without a password its owner is mailed a letter to choose one."""

    password = Password(required=False)

    class Meta(UserSerializer.Meta):
        fields = [*UserSerializer.Meta.fields, "password"]

    def create(self, validated_data: dict[str, Any]) -> User:
        password = validated_data.pop("password", None)
        user = User()
        user.set_password(password)
        if password is not None:
            passwords.refuse_weak(password, User(**_plain(validated_data)), "password")
        self.write(user, validated_data)
        if password is None and user.is_active:
            passwords.invite(user, self.context["request"])
        return user


class UserFilter(filters.FilterSet):
    role = filters.ChoiceFilter(choices=User.Role.choices)
    is_active = YesNo()
    facility = Id(field_name="facilities", distinct=True, help_text="Works at this facility.")
    q = Words(method="search", help_text="Words of the name, username or email address.")
    ordering = Ordering(
        fields=["username", "full_name", "email", "last_login", "date_joined", "id"]
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, users: Any, name: str, text: str) -> QuerySet[User]:
        found: QuerySet[User] = users.search(text)
        return found


@extend_schema_view(
    create=extend_schema(
        summary="Make an account",
        request=NewUserSerializer,
        responses={201: UserSerializer},
    )
)
class Users(Lists, Retrieves, Creates, Updates, Destroys, Endpoint):
    """Accounts of staff and patients."""

    queryset = User.objects.prefetch_related("facilities")
    serializer_class = UserSerializer
    filterset_class = UserFilter
    not_in_etag = ("last_login",)

    def get_serializer_class(self) -> Any:
        return NewUserSerializer if self.action == "create" else UserSerializer

    def representation(self, row: Any) -> Any:
        return UserSerializer(row, context=self.get_serializer_context()).data

    @extend_schema(
        summary="Delete an account",
        description="Where other records refer to it, it is deactivated instead: 200 with what it "
        "is then.",
        responses={200: UserSerializer, 204: None},
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        user = self.locked_for(User.remove, if_match=False)
        if user.pk is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return self.answer(user)

    @extend_schema(summary="Let the person sign in again", request=None)
    @action(detail=True, methods=["post"], needs="accounts.change_user")
    @idempotent
    def activate(self, request: Request, pk: str) -> Response:
        return self.answer(self.locked_for(User.activate, if_match=False))

    @extend_schema(
        summary="Let the person in no more",
        description="They are signed out with their next request. The last active administrator "
        "stays.",
        request=None,
    )
    @action(detail=True, methods=["post"], needs="accounts.change_user")
    @idempotent
    def deactivate(self, request: Request, pk: str) -> Response:
        return self.answer(self.locked_for(User.deactivate, if_match=False))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "facilities"}
