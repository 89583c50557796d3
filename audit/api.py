"""The API's answers, and the admin's pages, in the access log."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from api.retries import retried_once
from audit import reading
from audit.kinds import Kind
from audit.reading import shows


class ShowsRecords:
    """Mix into a viewset of records: what an answer carries of them is noted.

    It is read from the answer itself, so that whatever made it is logged: a list, one that was
    just written, or one repeated for its `Idempotency-Key`. `patient_key` names the patient in a
    row; `shown_as` and `listed_as` say what a row and a list of rows show.

    A change and the log of what its answer shows are one transaction: both are kept, or neither.
    """

    patient_key = "patient_id"
    shown_as: str = Kind.PATIENT
    listed_as: str = Kind.PATIENT_LIST

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        name = str(request.method).lower()
        handler = getattr(self, name, None)
        if request.method in SAFE_METHODS or handler is None:
            return
        if not getattr(handler, "logs_itself", False):
            setattr(self, name, self._with_its_log(handler))

    def _with_its_log(self, handler: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @retried_once
        @wraps(handler)
        def change(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            with transaction.atomic():
                response = self.logged(request, lambda: handler(request, *args, **kwargs))
            return self.committed(request, response)

        return change

    def logged(self, request: Request, make: Callable[[], HttpResponse]) -> HttpResponse:
        """Make an answer, and write what it shows: to be called in the transaction of both.

        A handler that does so by itself, where its own transaction is, says that it `logs_itself`,
        and answers by `committed` once that is left: what is tried again is logged again.
        """
        asked = request._request  # noqa: SLF001 - documented by REST framework
        response = make()
        self._note(request, response)
        reading.write(asked, response)
        return response

    def committed(self, request: Request, response: HttpResponse) -> HttpResponse:
        reading.is_committed(request._request)  # noqa: SLF001 - documented by REST framework
        return response

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        self._note(request, response)
        answer: HttpResponse = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        return answer

    def _note(self, request: Request, response: HttpResponse) -> None:
        data = getattr(response, "data", None)
        rows = data.get("results") if isinstance(data, dict) else None
        what = self.shown_as if rows is None else self.listed_as
        shows(request, what, self._named([data] if rows is None else rows))

    def _named(self, rows: list[Any]) -> Iterator[int]:
        """Yield whom the rows name; a tombstone shows nothing."""
        for row in rows:
            patient = row.get(self.patient_key) if isinstance(row, dict) else None
            if isinstance(patient, int) and not row.get("deleted"):
                yield patient
