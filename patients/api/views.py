from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from api.headers import sends
from api.idempotency import idempotent
from api.schema import also_answers
from api.views import Creates, Destroys, Endpoint, Retrieves, Syncs, Updates
from audit.api import ShowsRecords
from patients.api import serializers
from patients.api.filters import PatientFilter
from patients.models import Patient, PatientMerge


@extend_schema_view(
    create=extend_schema(
        summary="Register a patient",
        responses={201: serializers.RegisteredSerializer},
    ),
    destroy=extend_schema(
        summary="Close a patient's record",
        description="The record stays to be read, with `is_active: false`. It takes no place in "
        "its facility any more and cannot be booked for. Refused with `visits_to_come`, which says "
        "how many, until the visits to come are cancelled.",
    ),
    partial_update=extend_schema(
        summary="Change a patient",
        description="A patient may change how to reach them: "
        f"{', '.join(f'`{name}`' for name in Patient.CONTACT)}. Doctors and nurses may change all "
        "but `is_active`, the desk that too.",
    ),
    update=extend_schema(
        summary="Change a patient as a whole; what may be left out stays",
        description="For the staff. A patient sends what they change by PATCH: 403 `desk_only`.",
    ),
)
class Patients(ShowsRecords, Syncs, Retrieves, Creates, Updates, Destroys, Endpoint):
    """The patients of the facilities where the person asking works; a patient sees themselves.

    A record that was closed stays listed, with `is_active: false`. One that was merged into another
    is read at its own address, and listed only where its `mrn` is asked for; with `updated_since`
    it is a tombstone.
    """

    queryset = (
        Patient.objects.select_related("facility", "assigned_doctor")
        .prefetch_related("identifiers")
        .order_by("-pk")
    )
    serializer_class = serializers.PatientSerializer
    filterset_class = PatientFilter
    patient_key = "id"

    def _named(self, rows: list[Any]) -> Iterator[int]:
        """Yield also both records of a merge, and who was named as a likely duplicate."""
        for row in rows:
            if not isinstance(row, dict):
                continue
            if "merged_id" in row:
                yield from (row["merged_id"], row["into_id"])
                continue
            yield from super()._named([row])
            yield from (alike["id"] for alike in row.get("likely_duplicates", []))

    def listed(self) -> Any:
        rows = super().listed()
        return rows if "mrn" in self.request.query_params else rows.filter(merged_into=None)

    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Register, and name who may be registered as the same person already."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            patient = serializer.save()
        answer = self.answer(patient, status.HTTP_201_CREATED)
        others = self.get_queryset().exclude(pk=patient.pk)
        alike = others.likely_duplicates(
            patient.given_name, patient.family_name, patient.date_of_birth, str(patient.phone)
        )
        shown = serializers.LikelyDuplicateSerializer(alike, many=True)
        answer.data["likely_duplicates"] = shown.data
        return answer

    def refuse_unseen(self, answered: dict[str, Any]) -> None:
        """Look also at who was named as a likely duplicate, and at both records of a merge."""
        super().refuse_unseen(answered)
        named = {each["id"] for each in answered.get("likely_duplicates", [])}
        named |= {answered[name] for name in ("merged_id", "into_id") if name in answered}
        if self.get_queryset().filter(pk__in=named).count() < len(named):
            raise Http404

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not request.user.is_clinic_staff:
            refuse_beyond_contact(request.data, is_whole=not kwargs.get("partial"))
        return super().update(request, *args, **kwargs)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.locked_for(Patient.close, if_match=False)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Ask who may be registered as this person already",
        request=serializers.LikelyDuplicatesQuery,
        responses=serializers.LikelyDuplicatesSerializer,
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="likely-duplicates",
        needs="patients.add_patient",
        serializer_class=serializers.LikelyDuplicatesQuery,
    )
    @sends(200)
    @idempotent
    def likely_duplicates(self, request: Request) -> Response:
        """Find those with much the same name, and the same date of birth or phone number.

        It is a POST that writes nothing, as a name has no place in an address.
        """
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        alike = self.get_queryset().likely_duplicates(**asked.validated_data)
        shown = serializers.LikelyDuplicatesSerializer({"likely_duplicates": alike})
        return Response(shown.data)

    @extend_schema(
        summary="Merge a patient's record into another of the same person",
        request=serializers.MergeRequestSerializer,
        responses=serializers.MergeSerializer,
    )
    @action(
        detail=True,
        methods=["post"],
        needs="patients.merge_patient",
        serializer_class=serializers.MergeRequestSerializer,
    )
    @also_answers(412)
    @sends(200)
    @idempotent
    def merge(self, request: Request, pk: str) -> Response:
        """Close this record and move what is its own to the other.

        What is empty in the other is filled from this one. 409 when the two cannot be one as they
        are, such as with visits at the same time: the answer names what to move first. With
        `version` or `into_version`, 412 when that record has changed since.
        """
        patient = self.get_object()
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        merge = PatientMerge.objects.merge(patient, by=request.user, **asked.validated_data)
        return Response(serializers.MergeSerializer(merge).data)

    @extend_schema(
        summary="Undo a merge",
        request=None,
        responses=serializers.MergeSerializer,
    )
    @action(detail=True, methods=["post"], needs="patients.merge_patient")
    @sends(200)
    @idempotent
    def unmerge(self, request: Request, pk: str) -> Response:
        """Open this merged record again, and give it back what went over and is still there.

        Both records have to be of your facilities: 404 where the one that stayed is not.
        """
        merge = PatientMerge.objects.in_force_of(self.get_object())
        get_object_or_404(Patient.objects.visible_to(request.user), pk=merge.into_id)
        merge.undo(by=request.user)
        return Response(serializers.MergeSerializer(merge).data)


def refuse_beyond_contact(data: Any, *, is_whole: bool) -> None:
    """Raise PermissionDenied when a patient means to change what only the desk may.

    A record as a whole holds their name.
    """
    beyond = set(data) - set(Patient.CONTACT) if isinstance(data, dict) else set()
    if beyond or is_whole:
        raise PermissionDenied(
            _("The desk changes this: call your facility. You may change %(fields)s here.")
            % {"fields": ", ".join(Patient.CONTACT)},
            "desk_only",
        )
