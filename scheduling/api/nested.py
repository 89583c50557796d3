"""Rows that stand below a doctor or a facility in the address, and belong to it."""

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.views import Endpoint
from facilities.models import Doctor, Facility


class Nested(Endpoint):
    """`whose` is the row that the address names: 404 unless this person sees it."""

    parent: str

    @property
    def whose(self) -> Any:
        raise NotImplementedError

    def may_write(self) -> bool:
        """Say whether this person may write what belongs to it, if their role may."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse to write for somebody whom this person only sees."""
        super().initial(request, *args, **kwargs)
        if self.action in (None, "metadata"):
            return
        if self.whose and request.method not in ("GET", "HEAD", "OPTIONS") and not self.may_write():
            raise PermissionDenied

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(**{self.parent: self.whose})

    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        blank = self.queryset.model(**{self.parent: self.whose})
        serializer = self.get_serializer(blank, data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            row = serializer.save()
        return self.answer(row, status.HTTP_201_CREATED)


class OfDoctor(Nested):
    parent = "doctor"

    @cached_property
    def whose(self) -> Doctor:
        doctors = Doctor.objects.visible_to(self.request.user)
        return found(doctors, self.kwargs["doctor_id"])

    def may_write(self) -> bool:
        return Doctor.objects.managed_by(self.request.user).filter(pk=self.whose.pk).exists()


class OfFacility(Nested):
    parent = "facility"

    @cached_property
    def whose(self) -> Facility:
        facilities = Facility.objects.visible_to(self.request.user)
        return found(facilities, self.kwargs["facility_id"])

    def may_write(self) -> bool:
        return True


def found(rows: Any, pk: str) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
