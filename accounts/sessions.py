"""The session engine: a session knows whose it is, and ends when nobody is at work with it.

It is Django's own, with a table of ours, as Django documents it. Whether a session is still good is
asked where it is read, so nothing that reads sessions can pass that by. When somebody was last at
work is a column of its own: to note it never writes over what another request keeps in the session.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import Session

# Sent by pages that refresh themselves: nobody is at work because of such a request.
POLL = "X-Poll"
BEGAN = "signed_in_at"


class SessionStore(db.SessionStore):
    """`row` is what was read, and `ended` says why what the cookie names was refused."""

    row: "Session | None" = None
    ended = ""

    @classmethod
    def get_model_class(cls) -> "type[Session]":
        from accounts.models import Session  # noqa: PLC0415 - read before there are models

        return Session

    def load(self) -> dict[str, Any]:
        sessions = self.get_model_class()
        row = sessions.objects.filter(session_key=self.session_key).first()
        self.ended = row.why_ended(timezone.now()) if row else sessions.Ended.GONE
        if row is None or self.ended:
            self._session_key = None
            return {}
        self.row = row
        return self.decode(row.session_data)

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    def create_model_instance(self, data: dict[str, Any]) -> "Session":
        """Return the row to save; signing in begins a time that nothing makes longer."""
        if SESSION_KEY in data:
            data.setdefault(BEGAN, time.time())
        row: Any = super().create_model_instance(data)
        if SESSION_KEY in data:
            began = datetime.fromtimestamp(data[BEGAN], UTC)
            longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
            row.user_id, row.signed_in_at = int(data[SESSION_KEY]), began
            row.expire_date = min(row.expire_date, began + longest)
        return cast("Session", row)

    def saw_somebody(self) -> None:
        """Note that a person is at work, a few times a minute at most."""
        now, row = timezone.now(), self.row
        often = timedelta(seconds=settings.SESSION_IDLE_SECONDS / 60)
        if row and row.user_id and now - row.seen_at >= often:
            self.get_model_class().objects.filter(pk=row.pk).saw_somebody(now)
