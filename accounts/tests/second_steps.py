"""Authenticator apps of tests, which show codes as a phone does."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp

from accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_app(user: User) -> User:
    totp.TOTP.activate(user, SECRET)
    return user


def recovery_codes_of(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def code(ahead: int = 0, secret: str = SECRET) -> str:
    """Return what the app shows so many half minutes ahead."""
    step = int(time.time()) // 30 + ahead
    return totp.format_hotp_value(totp.hotp_value(secret, step))


def wrong_code() -> str:
    """Return a code that is not good now, nor soon."""
    good = {code(ahead) for ahead in range(-2, 4)}
    return next(each for each in ("000000", *map(str, range(100000, 100009))) if each not in good)
