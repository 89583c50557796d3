"""JSON as clients send it, with a refusal for what no honest client sends."""

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Refuses what is nested so deep that reading it would run out of stack, and half characters.

    JSON can spell one half of a surrogate pair, which UTF-8 cannot: no refusal could repeat it.
    """

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            said = super().parse(*args, **kwargs)
            json.dumps(said, ensure_ascii=False).encode()
        except ParseError as error:
            raise ParseError(_told(error.__context__)) from error
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deep to be read.")) from error
        except UnicodeEncodeError as error:
            raise ParseError(
                _("This JSON holds half a character: a \\ud8…\\udf… escape without its other half.")
            ) from error
        return said


def _told(error: BaseException | None) -> str:
    """Say where it stops being JSON, in words that are no programming language's."""
    if isinstance(error, json.JSONDecodeError):
        return _(
            "This is not JSON from line %(line)s, column %(column)s on. Correct it there, and send "
            "it again."
        ) % {"line": error.lineno, "column": error.colno}
    return _(
        "This JSON cannot be read. Write it in UTF-8, without NaN or Infinity, and no number of "
        "more than 4,000 digits."
    )
