"""Which page of ours somebody was on, to bring them back to it."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def path_of(request: HttpRequest, address: str) -> str:
    """Return path and query of an address of ours; an empty text for anybody else's, or none."""
    hosts, secure = {request.get_host()}, request.is_secure()
    if not url_has_allowed_host_and_scheme(address, hosts, require_https=secure):
        return ""
    there = urlsplit(address)._replace(scheme="", netloc="").geturl()
    # Two slashes at its beginning would name another host.
    return "/" + there.lstrip("/")


def page_left(request: HttpRequest) -> str:
    """Return the page that a request was sent from, which for a link that was followed is itself.

    A form is sent to an address that may not be for reading, and a script asks for a piece of a
    page; then it is the page that they were on.
    """
    if getattr(request, "htmx", False):
        left = request.headers.get("HX-Current-URL", "")
    elif request.method in ("GET", "HEAD"):
        return request.get_full_path()
    else:
        left = request.headers.get("Referer", "")
    return path_of(request, left) or resolve_url(settings.LOGIN_REDIRECT_URL)


def sign_in_address(request: HttpRequest, why: str = "") -> str:
    """Return the sign-in page that leads back; `why` tells what ended, and what was lost by it."""
    said = {"next": page_left(request)}
    if why:
        said["why"] = why
    if request.method not in ("GET", "HEAD"):
        said["unsent"] = "1"
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode(said, safe='/')}"
