"""Documents: sent as a form, kept as they came, and downloaded as a file."""

from typing import Any

from django.http import Http404
from django.http.response import FileResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import LARGEST_ID
from api.filters import Ordering
from api.idempotency import idempotent
from api.negotiation import JSONWhateverIsAccepted
from api.schema import also_answers
from api.views import Creates
from audit.reading import shows
from records.api import examples
from records.api.charts import (
    BESIDE,
    FIRST,
    LAST,
    Charts,
    ClinicalFilter,
    ClinicalSerializer,
    MarksErrors,
)
from records.files import AS_A_FILE, ContentType
from records.models import Document
from records.uploading import CappedUpload


@exemplified(shown=examples.DOCUMENT)
class DocumentSerializer(ClinicalSerializer):
    content = serializers.SerializerMethodField(help_text="Where to download it.")

    class Meta:
        model = Document
        fields = [*FIRST, "title", "kind", "content_type", "size", "sha256", "content", *LAST]

    @extend_schema_field(OpenApiTypes.STR)
    def get_content(self, document: Document) -> str:
        return reverse("api-v1:documents-content", args=[document.pk])


class UploadSerializer(DocumentSerializer):
    file = serializers.FileField(write_only=True, allow_empty_file=True)

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "file"]

    def create(self, validated_data: dict[str, Any]) -> Any:
        file = validated_data.pop("file")
        file.seek(0)  # a try that lost a fight for locks has read it
        self.data_sent = file.read()
        return super().create(validated_data)

    def record(self, row: Document) -> None:
        row.keep(self.data_sent)


REQUEST = {
    "multipart/form-data": {
        "type": "object",
        "required": ["patient_id", "title", "file"],
        "properties": {
            "patient_id": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
            "title": {"type": "string", "minLength": 1, "maxLength": 150},
            "kind": {"type": "string", "enum": Document.Kind.values},
            "file": {
                "type": "string",
                "format": "binary",
                "description": "PDF, PNG or JPEG, of at most 10 MB; the content decides.",
            },
        },
        "additionalProperties": False,
    }
}


class DocumentFilter(ClinicalFilter):
    kind = filters.ChoiceFilter(choices=Document.Kind.choices)
    ordering = Ordering(fields=["title", "recorded_at", "updated_at", "id"])


class Documents(MarksErrors, Creates, Charts):
    """Files of charts: lab reports, imaging, letters. One that is wrong is marked, and stays."""

    queryset = Document.objects.select_related(*BESIDE).order_by("-recorded_at", "-pk")
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    parser_classes = [MultiPartParser]
    verbs = MarksErrors.verbs | {"content": "view"}

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        request.upload_handlers = [CappedUpload(request)]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        summary="Upload a document",
        description="507 `disk_full` where there is no room left for it.",
        request=REQUEST,
        responses={201: DocumentSerializer},
    )
    @also_answers(507)
    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = UploadSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return self.answer(serializer.save(), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Download a document",
        responses={(200, kind): OpenApiTypes.BINARY for kind in ContentType.values},
        filters=False,
    )
    @action(detail=True, filterset_class=None, content_negotiation_class=JSONWhateverIsAccepted)
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        document = self.get_object()
        shows(request, self.shown_as, [document.patient_id])
        tag = f'"{document.sha256}"'
        if unchanged := get_conditional_response(request, etag=tag):
            return unchanged
        try:
            file = document.file.open("rb")
        except FileNotFoundError:
            raise Http404 from None
        return FileResponse(
            file,
            as_attachment=True,
            filename=document.file_name,
            content_type=document.content_type,
            headers=AS_A_FILE | {"ETag": tag},
        )
