"""Profile pictures: put as a file of a form or as the body, and read by whom they concern."""

from pathlib import PurePath
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import pictures
from accounts.api.serializers import PictureSerializer
from accounts.models import User
from api.negotiation import JSONWhateverIsAccepted
from api.views import Action

FORM_AROUND_A_PICTURE = 64 * 1024
UPLOADED = {"type": "string", "format": "binary"}
REQUEST = {
    "multipart/form-data": {
        "type": "object",
        "required": ["picture"],
        "properties": {"picture": UPLOADED},
    },
    "image/jpeg": UPLOADED,
    "image/png": UPLOADED,
    "image/webp": UPLOADED,
}
# A browser is to show it, or nothing: never to run it.
AS_A_PICTURE = {
    "Content-Disposition": 'inline; filename="picture.webp"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


class ImageParser(BaseParser):
    """A picture that is the whole body, whatever it calls itself: its content decides."""

    media_type = "image/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return {"picture": stream.read(pictures.MOST_BYTES + 1)}


class Pictures(Action):
    """GET, PUT and DELETE of one account's picture."""

    parser_classes = [MultiPartParser, ImageParser]
    content_negotiation_class = JSONWhateverIsAccepted
    serializer_class = PictureSerializer
    needs_if_match = False
    also_answers = (404,)

    def owner(self) -> User:
        """Return whose picture it is; raises Http404."""
        raise NotImplementedError

    @extend_schema(
        summary="Read the picture", responses={(200, pictures.CONTENT_TYPE): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        picture = self.owner().picture
        tag = f'"{PurePath(picture.name or "").stem}"'
        try:
            with picture.open() as file:
                data = file.read()
        except (ValueError, FileNotFoundError):  # there is none
            raise Http404 from None
        response = HttpResponse(data, content_type=pictures.CONTENT_TYPE, headers=AS_A_PICTURE)
        response["ETag"] = tag
        return get_conditional_response(request, etag=tag, response=response) or response

    @extend_schema(
        summary="Set the picture",
        description="A JPEG, PNG or WebP of at most 5 MB and 24 megapixels. It is made smaller and "
        "freed of all metadata.",
        request=REQUEST,
        responses={200: PictureSerializer},
    )
    def put(self, request: Request, **kwargs: Any) -> Response:
        self.owner().set_picture(_uploaded(request))
        return Response({"picture": request.path})

    @extend_schema(summary="Remove the picture", responses={204: None})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        self.owner().remove_picture()
        return Response(status=204)


class MyPicture(Pictures):
    def owner(self) -> User:
        user: User = self.request.user
        return user


class MayWriteUsers(BasePermission):
    message = _("Only administrators manage accounts.")
    needs: ClassVar = {"GET": "accounts.view_user"}

    def has_permission(self, request: Request, view: Any) -> bool:
        needed = self.needs.get(request.method, "accounts.change_user")
        return bool(request.user.is_authenticated and request.user.has_perm(needed))


class UserPicture(Pictures):
    permission_classes = [MayWriteUsers]

    def owner(self) -> User:
        user = User.objects.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if user is None:
            raise Http404
        return user


def _uploaded(request: Request) -> bytes:
    """Return the picture's bytes; raises ValidationError for too many before they are read."""
    length = str(request.META.get("CONTENT_LENGTH", ""))
    if length.isdigit() and int(length) > pictures.MOST_BYTES + FORM_AROUND_A_PICTURE:
        raise pictures.too_large()
    sent = request.data.get("picture")
    if isinstance(sent, bytes):
        return sent
    if hasattr(sent, "read"):
        return sent.read(pictures.MOST_BYTES + 1)
    message = gettext("Send the picture as the file `picture` of a form, or as the body itself.")
    raise ValidationError({"picture": ValidationError(message, code="required")})
