"""Pages of a list: by number, or after a point in time for an app that keeps a copy."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.fields import LARGEST_ID, Instant

LARGEST = 200
# No list has as many pages as this says; what is longer means no other page.
MOST_DIGITS = 18


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`, at most 200; the answer counts all rows."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = LARGEST
    invalid_page_message = _lazy("There is no such page. Follow `next` from the first page on.")

    def get_page_size(self, request: Request) -> int:
        """Return how many rows a page has; raises ValidationError for what is no such number."""
        asked = _number(request, "page_size")
        if asked is not None and asked > LARGEST:
            refusal = _("Send a whole number from 1 to %(most)s.") % {"most": LARGEST}
            raise serializers.ValidationError({"page_size": [refusal]})
        return asked or self.page_size

    def get_page_number(self, request: Request, paginator: Any) -> int:
        return _number(request, "page") or 1

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        described: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        size = {"minimum": 1, "maximum": LARGEST, "default": self.page_size}
        bounds = {self.page_size_query_param: size}
        return [
            each | {"schema": {"type": "integer"} | bounds.get(each["name"], {"minimum": 1})}
            for each in described
        ]


class CursorSerializer(serializers.Serializer):
    """Where a page of changes begins: after a row; and when the first page was asked for."""

    asked_at = Instant()
    updated_at = Instant()
    id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class Changes(Pages):
    """Rows by the time of their last change and their id, for `?updated_since=`.

    A cursor, not a number: a row that changes meanwhile moves to the end, and none is missed. The
    answer says in `updated_since` what to ask with next time. That lies some seconds before the
    first page, as a transaction under way may still commit a change that is dated before it; a row
    may come twice.
    """

    page_size = LARGEST
    LONGEST_WRITE = timedelta(seconds=15)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of one page. Raises ValidationError for a cursor that is none."""
        self.asked_at, self.next_link = timezone.now(), None
        cursor = request.query_params.get("cursor")
        if cursor is not None:
            after = _read(cursor)
            self.asked_at, queryset = after["asked_at"], _beyond(queryset, after)
        size = self.get_page_size(request)
        rows = list(queryset.order_by("updated_at", "pk")[: size + 1])
        if len(rows) > size:
            cursor = _written(self.asked_at, rows[size - 1])
            self.next_link = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self.next_link,
                "updated_since": self.asked_at - self.LONGEST_WRITE,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "updated_since", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "updated_since": {"type": "string", "format": "date-time"},
                "results": schema,
            },
        }


def _number(request: Request, name: str) -> int | None:
    """Return a whole number from 1 on, None where it is not asked for."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:MOST_DIGITS]) > 0):
        refusal = _("Send a whole number from 1 on, or leave it out.")
        raise serializers.ValidationError({name: [refusal]})
    return int(text[:MOST_DIGITS])


def _written(asked_at: datetime, last: Any) -> str:
    said = {"asked_at": asked_at, "updated_at": last.updated_at, "id": last.pk}
    return urlsafe_b64encode(json.dumps(CursorSerializer(said).data).encode()).decode()


def _read(cursor: str) -> Any:
    """Return what a cursor says, or raise ValidationError where no answer gave it."""
    refusal = _("No answer gave this cursor. Follow `next` as it is, or begin without a cursor.")
    try:
        serializer = CursorSerializer(data=json.loads(urlsafe_b64decode(cursor)))
    except (ValueError, RecursionError) as error:
        raise serializers.ValidationError({"cursor": [refusal]}) from error
    if not serializer.is_valid():
        raise serializers.ValidationError({"cursor": [refusal]})
    return serializer.validated_data


def _beyond(rows: QuerySet, after: dict[str, Any]) -> QuerySet:
    """Keep the rows after the one that the cursor names, of which many may have its instant."""
    at, row = after["updated_at"], after["id"]
    return rows.filter(updated_at__gte=at).filter(Q(updated_at__gt=at) | Q(pk__gt=row))
