"""The operations of the API as its description tells of them, each with its route."""

import re
from functools import cache
from typing import Any, NamedTuple

from django.urls import resolve

from clinic.api import Description
from clinic.tests.access.routes import Route

METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"


class Operation(NamedTuple):
    path: str
    route: Route
    described: dict[str, Any]

    def __str__(self) -> str:
        return str(self.route)

    @property
    def takes_json(self) -> bool:
        return JSON in self.described.get("requestBody", {}).get("content", {})

    @property
    def answers_something(self) -> bool:
        return any("content" in answer for answer in self._successes())

    def answers_with(self, names: frozenset[str]) -> bool:
        """Say whether a success holds a field of one of these names, however deep."""
        schemas = [
            body["schema"]
            for answer in self._successes()
            for body in answer.get("content", {}).values()
        ]
        return bool(fields(schemas, set()) & names)

    def _successes(self) -> list[dict[str, Any]]:
        answers = self.described["responses"]
        return [answer for status, answer in answers.items() if status.startswith("2")]


@cache
def schema() -> dict[str, Any]:
    described: dict[str, Any] = Description.generator_class().get_schema(public=True)
    return described


@cache
def operations() -> list[Operation]:
    return [
        Operation(path, _route(path, method), described)
        for path, methods in schema()["paths"].items()
        for method, described in methods.items()
        if method in METHODS
    ]


def fields(node: Any, seen: set[str]) -> set[str]:
    """Return the names of all fields that a schema tells of, through its references."""
    if isinstance(node, list):
        return {name for each in node for name in fields(each, seen)}
    if not isinstance(node, dict):
        return set()
    found = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
    ref = node.get("$ref")
    if isinstance(ref, str) and ref not in seen:
        seen.add(ref)
        found |= fields(schema()["components"]["schemas"][ref.rpartition("/")[2]], seen)
    return found | fields(list(node.values()), seen)


def _route(path: str, method: str) -> Route:
    match = resolve(re.sub(r"{\w+}", "1", path))
    return Route(str(match.url_name), method, tuple(sorted(match.kwargs)))
