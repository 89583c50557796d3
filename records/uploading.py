"""Taking in a file without ever holding more of it than may be kept, on the disk or in memory."""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class CappedUpload(FileUploadHandler):
    """Keeps files in memory up to one byte more than the cap; what follows is read and dropped.

    So a file over the cap is refused in words, as one, and a full disk for temporary files stops
    nobody.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.left = settings.DOCUMENT_MOST_BYTES + 1

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        taken = raw_data[: self.left]
        self.left -= len(taken)
        self.kept.write(taken)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        size = self.kept.tell()
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept,
            self.field_name,
            self.file_name or "",
            self.content_type,
            size,
            self.charset,
            self.content_type_extra,
        )
