"""The addresses of the REST API, version 1, and of its description."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.routers import SimpleRouter

from clinic import problems
from facilities.api import urls as facilities
from scheduling.api import urls as scheduling

APPS = (facilities, scheduling)


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

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((v1, "api-v1"))),
    path("api/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("redoc", SpectacularRedocView.as_view(url_name="api-schema"), name="api-redoc"),
    re_path(r"^api/", problems.not_found),
]
