"""Files that nobody honest uploads, by what they are; none is more than some megabytes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from records.tests.factories import pdf, png

SCRIPT = b"<script>alert(1)</script>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "' + (
    b"&a;" * 1000 + b'">]><r>' + b"&b;" * 1000 + b"</r>"
)
MB = 1024**2
PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of few bytes that says it unfolds to many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return PNG + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def noted(words: bytes) -> bytes:
    """Return a whole picture with words in it that are no pixels."""
    whole = png()
    return whole[:33] + chunk(b"tEXt", b"Comment\0" + words) + whole[33:]


def frames(kind: str, number: int = 200) -> bytes:
    """Return an animation of many frames, each as large as they come."""
    out = io.BytesIO()
    first, *rest = (Image.new("P", (64, 64), n % 255) for n in range(number))
    first.save(out, kind, save_all=True, append_images=rest)
    return out.getvalue()


def packed(**content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def workbook(sheet: bytes) -> bytes:
    """Return what calls itself a spreadsheet, with this in place of its rows."""
    kinds = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/x"/>'
    types = {"[Content_Types].xml": kinds, "xl__workbook.xml": sheet}
    return packed(**types, **{"xl__worksheets__sheet1.xml": sheet})


def acting(action: bytes) -> bytes:
    """Return a PDF that asks its reader to do something when it is opened."""
    return pdf().replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction " + action)


def redirected(action: bytes) -> bytes:
    """Return the same, whole: its table of objects is where its last lines say."""
    made = acting(action)
    at = made.index(b"xref\n0 3")
    return made[: made.index(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % at


FILES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one NUL": lambda: b"\0",
    "control characters": lambda: bytes(range(32)) * 8,
    "text": lambda: b"Dear colleague,",
    "what scanners look for": lambda: EICAR,
    "html": lambda: b"<!doctype html>" + SCRIPT,
    "svg with a script": lambda: SVG,
    "svg behind the mark of a PNG": lambda: PNG + SVG,
    "svg behind the mark of a PDF": lambda: b"%PDF-1.7\n" + SVG,
    "xml with entities from outside": lambda: ENTITIES,
    "xml that unfolds": lambda: LAUGHS,
    "program for Windows": lambda: b"MZ" + b"\0" * 58 + b"\x80\0\0\0" + b"\0" * 64 + b"PE\0\0",
    "program for Linux": lambda: b"\x7fELF" + b"\0" * 100,
    "script of a shell": lambda: b"#!/bin/sh\nrm -rf /\n",
    "script of a server": lambda: b"<?php system($_GET['c']); ?>",
    "GIF that is a script": lambda: b"GIF89a=1/*" + b"\0" * 8 + b"*/;alert(1)//",
    "GIF": lambda: png(kind="GIF"),
    "TIFF": lambda: png(kind="TIFF"),
    "icon": lambda: png(64, 64, "ICO"),
    "archive": lambda: packed(**{"index.html": SCRIPT}),
    "archive that unfolds": lambda: packed(rows=b"\0" * 12 * MB),
    "archive whose names climb": lambda: packed(**{"..__..__etc__passwd": b"x"}),
    "archive behind a PNG": lambda: png() + packed(x=SCRIPT),
    "archive behind a JPEG": lambda: png(kind="JPEG") + packed(x=SCRIPT),
    "archive behind a PDF": lambda: pdf(after=packed(x=SCRIPT)),
    "html before a PDF": lambda: pdf(before=SCRIPT),
    "html behind a PDF": lambda: pdf(after=SCRIPT),
    "html behind a PNG": lambda: png() + SCRIPT,
    "html behind a JPEG": lambda: png(kind="JPEG") + SCRIPT,
    "html inside a PNG": lambda: noted(SCRIPT),
    "PDF with a script": lambda: redirected(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
    "PDF that starts a program": lambda: redirected(b"<< /S /Launch /F (cmd.exe) >>"),
    "PDF that carries a file": lambda: redirected(b"<< /S /GoToE /T << /N (evil.exe) >> >>"),
    "PDF cut off": lambda: pdf()[:-20],
    "PDF whose table is elsewhere": lambda: pdf().replace(b"startxref\n", b"startxref\n9"),
    "PNG cut off": lambda: png(64, 64)[:60],
    "PNG with a broken checksum": lambda: png()[:20] + b"\xff" + png()[21:],
    "JPEG cut off": lambda: png(64, 64, "JPEG")[:200] + b"\xff\xd9",
    "JPEG without a picture": lambda: b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9",
    "bomb by pixels": lambda: bomb(30_000, 30_000),
    "bomb below Pillow's own limit": lambda: bomb(9_000, 9_000),
    "bomb by frames": lambda: frames("GIF"),
    "bomb by frames of a PNG": lambda: frames("PNG"),
    "bomb by frames of a WebP": lambda: frames("WEBP", 100),
    "workbook with entities from outside": lambda: workbook(ENTITIES),
    "workbook that unfolds": lambda: workbook(b"<worksheet>" + b" " * 12 * MB + b"</worksheet>"),
    "more than may be": lambda: b"%PDF-1.4" + b" " * 11 * MB,
}

# As what a file is sent: a name that lies, climbs or hides, and a type that lies.
NAMES = {
    "two endings": ("scan.pdf.exe", "application/pdf"),
    "two endings, the other way": ("scan.html.pdf", "text/html"),
    "a path": ("../../clinic/settings.py", "application/pdf"),
    "a path of Windows": ("..\\..\\evil.pdf", "application/pdf"),
    "a path from the root": ("/etc/passwd", "application/pdf"),
    "a NUL": ("scan.php\0.pdf", "application/pdf"),
    "control characters": ("a\x01b\x7f.pdf", "application/pdf"),
    "writing turned round": ("scan\u202efdp.exe", "application/pdf"),
    "markup": ("<img src=x onerror=alert(1)>.pdf", "application/pdf"),
    "quotes": ('a";filename="evil.exe', "application/pdf"),
    "very long": ("x" * 4000 + ".pdf", "application/pdf"),
    "nothing but an ending": (".htaccess", "application/pdf"),
    "a type that runs": ("scan.pdf", "text/html"),
    "a type of a script": ("scan.js", "application/javascript"),
}
