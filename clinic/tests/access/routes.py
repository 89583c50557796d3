"""Every route of the API with its methods, read from the URL resolver."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import get_resolver
from django.urls.resolvers import URLPattern


class Route(NamedTuple):
    """One method at one address; `kwargs` are the names in the address."""

    name: str
    method: str
    kwargs: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def routes() -> list[Route]:
    namespaces = get_resolver().namespace_dict
    _, resolver = namespaces["api-v1"]
    return sorted({route for pattern in resolver.url_patterns for route in _of(pattern)})


def _of(pattern: URLPattern) -> Iterator[Route]:
    kwargs = tuple(sorted(pattern.pattern.regex.groupindex))
    for method in _methods(pattern.callback):
        yield Route(str(pattern.name), method, kwargs)


def _methods(callback: Any) -> set[str]:
    """Return the methods that a view answers; a viewset's are those that its route binds."""
    actions = getattr(callback, "actions", None)
    view = getattr(callback, "cls", None) or callback.view_class
    methods = actions or {name: name for name in view.http_method_names if hasattr(view, name)}
    return set(methods) - {"head", "options"}
