"""The addresses of the REST API, version 1, and of its description."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from accounts.api import urls as accounts
from clinic import problems
from facilities.api import urls as facilities
from patients.api import urls as patients
from records.api import urls as records
from scheduling.api import urls as scheduling

APPS = (accounts, facilities, patients, scheduling, records)


TAGS = {name: text for app in APPS for name, text in app.tags.items()}


def described_tags(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """Say in the description of the API what each group of operations is about."""
    tags = [{"name": name, "description": text} for name, text in TAGS.items()]
    return result | {"tags": tags}


class Router(SimpleRouter):
    """Routes with or without a slash at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"


def routes() -> list[URLPattern]:
    router = Router()
    for app in APPS:
        for prefix, view in app.routes:
            router.register(prefix, view, basename=prefix)
    urls: list[URLPattern] = router.urls
    return urls


v1 = [*routes(), *(each for app in APPS for each in app.urlpatterns)]


@cache
def described(renderer: type[BaseRenderer]) -> tuple[bytes, str]:
    """Return the description in this form, and its ETag.

    It is made once in a process, in English, whoever asks first.
    """
    generator: Any = Description.generator_class()
    with translation.override("en"):
        schema = generator.get_schema(public=True)
        text: bytes = renderer().render(schema, renderer.media_type, {})
    return text, f'"{sha256(text).hexdigest()[:32]}"'


class Description(SpectacularAPIView):
    """The OpenAPI description, which is the same for everybody."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer: Any = type(request.accepted_renderer)
        text, tag = described(renderer)
        answer = HttpResponse(text, content_type=renderer.media_type)
        answer["ETag"], answer["Cache-Control"] = tag, "no-cache"
        return get_conditional_response(request, etag=tag, response=answer) or answer


swagger = SpectacularSwaggerSplitView.as_view(url_name="api-schema")
# Redoc writes its style sheet while it runs, and searches in a worker that it makes itself.
redoc = csp_update({"style-src": [UNSAFE_INLINE], "worker-src": [SELF, "blob:"]})(
    SpectacularRedocView.as_view(url_name="api-schema")
)
REDOC = "static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
LOGO_ELSEWHERE = "https://cdn.redoc.ly/redoc/logo-mini.svg"


@cache
def redoc_without_logo() -> str:
    """Return Redoc's script, which asks another site for its maker's logo, without that address."""
    script = files("drf_spectacular_sidecar") / REDOC
    return script.read_text(encoding="utf-8").replace(LOGO_ELSEWHERE, "data:,")


@login_not_required
@cache_control(public=True, max_age=24 * 60 * 60)
@require_safe
def redoc_script(request: HttpRequest) -> HttpResponse:
    return HttpResponse(redoc_without_logo(), content_type="text/javascript; charset=utf-8")


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((v1, "api-v1"))),
    re_path(r"^api/schema/?$", Description.as_view(), name="api-schema"),
    re_path(r"^docs/?$", swagger, name="api-docs"),
    re_path(r"^redoc/?$", redoc, name="api-redoc"),
    path("redoc/script.js", redoc_script, name="api-redoc-script"),
    re_path(r"^api/", problems.not_found),
]
