"""What only the database could refuse, such as a place just taken, in words in the admin."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from facilities.refusals import refusals

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object


class RefusalsInWords(Base):
    """Answer a refusal by the database with its words and the page as it is stored."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            with refusals():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return redirect(request.path)
