"""Writes who saw whose record, with every answer that shows one. See `audit.reading`.

No cache keeps such an answer, not even the client's own.
"""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from audit import reading
from clinic.middleware import GetResponse, unavailable


class AccessLogMiddleware:
    """Write the access log before the answer is sent; what cannot be written is not shown."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        try:
            reading.write(request, response)
        except (OperationalError, InterfaceError) as error:
            response.close()
            return unavailable(request, error)
        if reading.is_marked(request):
            response.headers["Cache-Control"] = "private, no-store"
        return response
