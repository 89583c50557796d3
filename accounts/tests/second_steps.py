"""Authenticator apps of tests, which show codes as a phone does."""

import secrets
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

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


def with_passkey(user: User) -> Authenticator:
    """Give somebody a passkey, as a device would have made it, and return its row."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    held = AttestedCredentialData.create(Aaguid.NONE, secrets.token_bytes(16), key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    told = AuthenticatorData.create(b"\0" * 32, flags, 0, held)
    said = CollectedClientData.create("webauthn.create", b"\0" * 16, "https://testserver")
    number = websafe_encode(held.credential_id)
    credential = {
        "id": number,
        "rawId": number,
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(AttestationObject.create("none", told, {})),
        },
        "clientExtensionResults": {},
    }
    data = {"name": "Key", "credential": credential}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
