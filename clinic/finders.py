"""Serve a few named files of npm packages as static files, and nothing else of node_modules."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

# Paths below node_modules, which are also their static paths behind the prefix. A stylesheet's
# source map is listed beside it: hashing static files at deployment follows the reference.
FILES = (
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map",
    "bootstrap-icons/bootstrap-icons.svg",
)


class NodeModulesFinder(BaseFinder):
    """Find the files of `FILES` under `node_modules`."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules")
        self.storage.prefix = "npm"  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [path for path in FILES if not self.storage.exists(path)]
        if not missing:
            return []
        return [Error(f"{missing[0]} is missing.", hint="Run `npm ci --ignore-scripts`.")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix("npm/")
        if name == path or name not in FILES:
            return []
        found = self.storage.path(name)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for path in FILES:
            yield path, self.storage
