"""JSON logs: one object a line, with the request's id, and never a patient's data.

Two habits keep health information out. A request is logged by method and path, never by its query
or body; and a failure is logged by exception type and stack frames, never by the exception's text,
because PostgreSQL quotes the offending row in it.
"""

import logging
import re
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import structlog

# The key of a link to set a password and the token of a calendar: whoever reads one could use it.
SECRET_IN_PATH = re.compile(r"(/key/|/calendar/(?!feeds/))[^/]+")

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(level: str, directory: str) -> dict[str, Any]:
    """Return Django's LOGGING setting, and route structlog through it.

    Logs go to standard output, or, when `directory` is given, to `clinic.log` in it: 10 files of
    10 MB, the oldest dropped.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.ExceptionRenderer(_frames_only),
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"out": _destination(directory) | {"formatter": "json"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            # The request middleware says the same with the request's id.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": "WARNING"},
            # It would tell what stands in a row that it cannot import.
            "import_export": {"level": "WARNING"},
        },
    }


def without_secrets(path: str) -> str:
    return SECRET_IN_PATH.sub(r"\1…", path)


def mask_secrets(record: logging.LogRecord) -> bool:
    """Filter that takes the secrets out of paths in a message of gunicorn's own."""
    record.msg, record.args = without_secrets(record.getMessage()), ()
    return True


def _destination(directory: str) -> dict[str, Any]:
    if not directory:
        return {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
    Path(directory).mkdir(parents=True, exist_ok=True)
    return {
        "class": "logging.handlers.RotatingFileHandler",
        "filename": str(Path(directory) / "clinic.log"),
        "maxBytes": 10_000_000,
        "backupCount": 10,
        "encoding": "utf-8",
    }


def _frames_only(exc_info: ExcInfo) -> list[str]:
    """Render an exception as its types and frames, outermost first, without any value."""
    lines = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        lines.append(type(error).__qualname__)
        lines += [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or error.__context__
    return lines
