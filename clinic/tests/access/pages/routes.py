"""Every route outside the API, the admin's among them, read from the URL resolver."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

API = "api-v1"
ADMIN = "admin:"
METHODS = ("get", "post")
# What an admin view of a model does, as the last word of its name says.
MODEL_VIEW = re.compile(r"admin:(?P<model>[a-z]+_[a-z]+)_(?P<kind>\w+)")


class Route(NamedTuple):
    """One address: its name, and its path with the names in it in angle brackets."""

    name: str
    path: str

    def __str__(self) -> str:
        return self.name

    @property
    def kwargs(self) -> tuple[str, ...]:
        """Return the names in the path, in order."""
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.path))


def routes() -> list[Route]:
    return sorted({*_below(get_resolver(), "", "")})


def pages() -> list[Route]:
    return [route for route in routes() if not route.name.startswith(ADMIN)]


def admin_pages() -> list[Route]:
    return [route for route in routes() if route.name.startswith(ADMIN)]


def _below(resolver: Any, path: str, names: str) -> Iterator[Route]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            if each.namespace != API:
                name = f"{names}{each.namespace}:" if each.namespace else names
                yield from _below(each, path + str(each.pattern), name)
        else:
            yield _route(each, path, names)


def _route(pattern: URLPattern, path: str, names: str) -> Route:
    full = f"{path}{pattern.pattern}"
    return Route(f"{names}{pattern.name}" if pattern.name else f"{names}{full}", full)
