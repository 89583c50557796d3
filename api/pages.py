"""Pages of a list: by number, or after a point in time for an app that keeps a copy."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

LARGEST = 200


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`, at most 200; the answer counts all rows."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = LARGEST


class Changes(CursorPagination):
    """Rows by the time of their last change, for `?updated_since=`.

    A cursor, not a number: a row that changes meanwhile moves to the end, and none is missed. The
    last page says in `updated_since` what to ask with next time. That lies some seconds back, as a
    transaction under way may still commit a change that is dated before this answer; a row may
    come twice, and none is left out.
    """

    ordering = ("updated_at", "pk")
    page_size = LARGEST
    page_size_query_param = "page_size"
    max_page_size = LARGEST
    LONGEST_WRITE = timedelta(seconds=15)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.asked_at = timezone.now()
        return list(super().paginate_queryset(queryset, request, view) or [])

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self.get_next_link(),
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
