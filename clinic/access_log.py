"""Writes who saw whose record, with every answer that shows one. See `audit.reading`."""

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
        return response
