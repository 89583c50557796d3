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
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deep to be read.")) from error
        except UnicodeEncodeError as error:
            raise ParseError(
                _("This JSON holds half a character: a \\ud8…\\udf… escape without its other half.")
            ) from error
        return said
