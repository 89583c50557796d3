"""Profile pictures: only pixels are kept of what is uploaded."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from PIL import Image
from PIL.ExifTags import Base
from rest_framework.test import APIClient

from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MINE = "/api/v1/auth/me/picture"
HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def client_for(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def drawn(kind: str = "PNG", size: tuple[int, int] = (800, 400), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def put(client, data: bytes, url: str = MINE, name: str = "me.png", kind: str = "image/png"):
    return client.put(url, {"picture": SimpleUploadedFile(name, data, kind)}, format="multipart")


def stored(client, url: str = MINE) -> Image.Image:
    return Image.open(io.BytesIO(client.get(url).content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_drawn_anew_small_and_served_to_its_owner(kind, media):
    user = UserFactory(role="patient")
    client = client_for(user)
    assert client.get(MINE).status_code == 404
    answer = put(client, drawn(kind), name="../../evil.html")
    assert answer.status_code == 200, answer.json()
    assert answer.json() == {"picture": MINE}
    got = client.get(MINE, HTTP_ACCEPT="image/*")
    assert got["Content-Type"] == "image/webp"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert "private" in got["Cache-Control"]
    known = client.get(MINE, headers={"If-None-Match": got["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    image = stored(client)
    assert (image.format, image.size) == ("WEBP", (512, 256))
    (file,) = (media / "pictures").iterdir()
    assert file.suffix == ".webp"
    assert "evil" not in file.name
    assert client.get("/api/v1/auth/me").json()["picture"] == MINE


@pytest.mark.parametrize("kind", ["image/png", "image/webp"])
def test_a_picture_may_be_the_body_itself(kind):
    client = client_for(UserFactory())
    answer = client.generic("PUT", MINE, drawn("JPEG"), content_type=kind)
    assert answer.status_code == 200, answer.json()
    assert stored(client).size == (512, 256)


@pytest.mark.parametrize("data", [HTML, SVG, b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + HTML])
@pytest.mark.parametrize("raw", [False, True])
def test_what_is_no_picture_is_refused_whatever_it_is_called(data, raw, media):
    client = client_for(UserFactory())
    if raw:
        answer = client.generic("PUT", MINE, data, content_type="image/png")
    else:
        answer = put(client, data)
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {"picture"}
    assert not list(media.iterdir())


def test_a_kind_that_is_not_allowed_is_refused_though_it_is_a_picture():
    answer = put(client_for(UserFactory()), drawn("GIF"), name="me.png")
    assert answer.json()["errors"][0]["code"] == "picture_unreadable"


def test_svg_cannot_even_be_sent_as_what_it_is():
    client = client_for(UserFactory())
    answer = client.generic("PUT", MINE, SVG, content_type="image/svg+xml")
    assert answer.json()["errors"][0]["code"] == "picture_unreadable"


def test_a_form_without_a_picture_says_what_to_send():
    answer = client_for(UserFactory()).put(MINE, {"other": "x"}, format="multipart")
    assert answer.json()["errors"][0]["code"] == "required"


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize("side", [5_000, 12_000, 60_000])
def test_a_small_file_that_unfolds_to_gigabytes_is_refused(side):
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*each) for each in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )
    answer = put(client_for(UserFactory()), bomb)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "picture_too_large"


@pytest.mark.parametrize("raw", [False, True])
def test_more_than_five_megabytes_are_refused(raw):
    client, data = client_for(UserFactory()), drawn() + b"\x00" * 5 * 1024**2
    if raw:
        answer = client.generic("PUT", MINE, data, content_type="image/png")
    else:
        answer = put(client, data)
    assert answer.json()["errors"][0]["code"] == "picture_too_large"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_it_was_taken_is_not_kept(kind, media):
    exif = Image.Exif()
    exif[Base.Make] = "SecretCamera"
    exif[Base.Orientation] = 6
    exif.get_ifd(0x8825)[1] = "N"
    client = client_for(UserFactory())
    sent = drawn(kind, exif=exif, icc_profile=b"SecretProfile")
    assert b"SecretCamera" in sent
    assert put(client, sent).status_code == 200
    (file,) = (media / "pictures").iterdir()
    assert b"Secret" not in file.read_bytes()
    assert not stored(client).getexif()
    assert stored(client).size == (256, 512)


def test_a_picture_whose_tags_lie_about_themselves_is_refused():
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Orientation] = "x", 6
    told = drawn("JPEG", exif=exif)
    lying = told.replace(struct.pack(">HH", Base.Make, 2), struct.pack(">HH", 0x120, 2))
    assert lying != told
    answer = put(client_for(UserFactory()), lying)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "picture_unreadable")


def test_transparency_survives():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    client = client_for(UserFactory())
    put(client, out.getvalue())
    assert stored(client).getpixel((5, 5))[3] == 0


def test_another_picture_replaces_the_file_and_delete_removes_it(
    media, django_capture_on_commit_callbacks
):
    user = UserFactory()
    client = client_for(user)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            put(client, drawn())
        user.refresh_from_db()
        assert len(list((media / "pictures").iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(MINE).status_code == 204
    assert not list((media / "pictures").iterdir())
    user.refresh_from_db()
    assert client.get(MINE).status_code == 404


def test_only_administrators_reach_the_pictures_of_others():
    user = UserFactory()
    theirs = f"/api/v1/users/{user.pk}/picture"
    admin, nurse = client_for(UserFactory(role="admin")), client_for(UserFactory(role="nurse"))
    assert put(admin, drawn(), theirs).status_code == 200
    assert stored(admin, theirs).size == (512, 256)
    assert admin.get("/api/v1/users/9999/picture").status_code == 404
    assert nurse.get(theirs).status_code == 403
    assert put(nurse, drawn(), theirs).status_code == 403
    assert nurse.delete(theirs).status_code == 403
    user.refresh_from_db()
    assert client_for(user).get(MINE).status_code == 200
    assert APIClient().get(MINE).status_code == 401
    assert admin.delete(theirs).status_code == 204


def test_a_picture_that_the_database_refuses_leaves_no_file(media):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user ADD CHECK (picture = '')")
    user = UserFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        user.set_picture(drawn())
    assert not [path for path in media.rglob("*") if path.is_file()]
