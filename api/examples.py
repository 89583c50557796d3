"""Examples for the API's description, said once of a serializer and shown wherever it is used.

An operation that has examples of its own in a direction, by `@extend_schema`, shows those instead.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.drainage import get_override
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

S = TypeVar("S", bound=type)


def exemplified(*, sent: Any = None, shown: Any = None) -> Callable[[S], S]:
    """Give a serializer an example of what it takes, of what it answers, or of both.

    What is left out stays as the serializer's base has it.
    """

    def decorate(serializer: S) -> S:
        known = {each.name: each for each in get_override(serializer, "examples", [])}
        if sent is not None:
            known["Sent"] = OpenApiExample("Sent", sent, request_only=True)
        if shown is not None:
            known["Answered"] = OpenApiExample("Answered", shown, response_only=True)
        decorated: S = extend_schema_serializer(examples=list(known.values()))(serializer)
        return decorated

    return decorate
