"""Access and refresh tokens: what they claim, and how they are read.

An access token names the account, its sign-in and a fingerprint of password and role, and nothing
about the person. What the account may do is read from the database with each request.
"""

import uuid
from typing import Any, NamedTuple, Self

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models.sign_in import SignIn


class Claims(NamedTuple):
    """What a token that we signed says."""

    user_id: int
    family: uuid.UUID
    fingerprint: str
    jti: uuid.UUID

    @classmethod
    def of(cls, token: Token) -> Self:
        """Read a token; raises TokenError for one of another make."""
        try:
            family, jti = uuid.UUID(token["family"]), uuid.UUID(token["jti"])
            return cls(int(token["sub"]), family, token["fingerprint"], jti)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise TokenError("Token is invalid") from error


class Tokens(NamedTuple):
    """What a sign-in hands out; the access token expires in so many seconds."""

    access: str
    refresh: str
    expires_in: int


def issue(sign_in: SignIn) -> Tokens:
    """Return an access token, and the refresh token that the sign-in now waits for."""
    access, refresh = AccessToken(), RefreshToken()
    for token in (access, refresh):
        token["sub"] = str(sign_in.user_id)
        token["family"] = sign_in.pk.hex
        token["fingerprint"] = sign_in.user.fingerprint()
    refresh["jti"] = sign_in.jti.hex
    refresh.set_exp(from_time=sign_in.last_used_at)
    return Tokens(str(access), str(refresh), int(access.lifetime.total_seconds()))


def read_access(text: Any) -> Claims:
    """Return what an access token claims; raises TokenError."""
    return Claims.of(AccessToken(text))


def read_refresh(text: Any) -> Claims:
    """Return what a refresh token claims; raises TokenError."""
    return Claims.of(RefreshToken(text))
