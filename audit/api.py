"""The API's answers, and the admin's pages, in the access log."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from audit.kinds import Kind
from audit.reading import shows


class ShowsRecords:
    """Mix into a viewset of records: what an answer carries of them is noted.

    It is read from the answer itself, so that whatever made it is logged: a list, one that was
    just written, or one repeated for its `Idempotency-Key`. `patient_key` names the patient in a
    row; `shown_as` and `listed_as` say what a row and a list of rows show.
    """

    patient_key = "patient_id"
    shown_as: str = Kind.PATIENT
    listed_as: str = Kind.PATIENT_LIST

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        data = getattr(response, "data", None)
        rows = data.get("results") if isinstance(data, dict) else None
        what = self.shown_as if rows is None else self.listed_as
        shows(request, what, self._named([data] if rows is None else rows))
        answer: HttpResponse = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        return answer

    def _named(self, rows: list[Any]) -> Iterator[int]:
        """Yield whom the rows name; a tombstone shows nothing."""
        for row in rows:
            patient = row.get(self.patient_key) if isinstance(row, dict) else None
            if isinstance(patient, int) and not row.get("deleted"):
                yield patient
