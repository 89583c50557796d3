"""Serve a few named files of npm packages as static files, and nothing else of node_modules.

`static/css/icons.css` names each icon listed here.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

# Paths below node_modules, which are also their static paths behind the prefix. A stylesheet's
# source map is listed beside it: hashing static files at deployment follows the reference.
ICONS = (
    "arrow-counterclockwise",
    "arrow-left-right",
    "box-arrow-right",
    "calendar3",
    "check-circle-fill",
    "check-lg",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle",
    "clipboard-check-fill",
    "clock",
    "clock-history",
    "exclamation-triangle",
    "geo-alt",
    "hourglass-split",
    "keyboard",
    "layers-half",
    "person-circle",
    "person-fill-check",
    "person-fill-x",
    "person-walking",
    "plus-lg",
    "printer",
    "search",
    "slash-circle",
    "telephone",
    "x-lg",
    "x-octagon",
)
FILES = (
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map",
    *(f"bootstrap-icons/icons/{name}.svg" for name in ICONS),
)


class NodeModulesFinder(BaseFinder):
    """Find the files of `FILES` under `node_modules`."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules")
        self.storage.prefix = "npm"  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        if not settings.TRIAL:  # what is deployed has been collected, and needs no packages
            return []
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
