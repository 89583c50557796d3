"""The addresses of the REST API, version 1, and of its description."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.routers import SimpleRouter

from accounts.api import urls as accounts
from clinic import problems
from facilities.api import urls as facilities
from patients.api import urls as patients
from scheduling.api import urls as scheduling

APPS = (accounts, facilities, patients, scheduling)


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

swagger = SpectacularSwaggerSplitView.as_view(url_name="api-schema")
# Redoc writes its style sheet while it runs, and searches in a worker that it makes itself.
redoc = csp_update({"style-src": [UNSAFE_INLINE], "worker-src": [SELF, "blob:"]})(
    SpectacularRedocView.as_view(url_name="api-schema")
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((v1, "api-v1"))),
    path("api/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", swagger, name="api-docs"),
    path("redoc", redoc, name="api-redoc"),
    re_path(r"^api/", problems.not_found),
]
