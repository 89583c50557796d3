"""What an endpoint of files answers to a client that asks for a kind of file."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class JSONWhateverIsAccepted(DefaultContentNegotiation):
    """Lets a client ask for `image/*` or `application/pdf`.

    Files go out as they are: only problems, and what is said of a file, are rendered at all.
    """

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
