"""The second step of signing in: a code of an authenticator app, a passkey, or a recovery code.

allauth keeps them and has the pages. Ours is who needs one; that a code is good once over all
processes, as the database remembers it and no cache; and that the limit of signing in counts wrong
ones, see `accounts.limits`.
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction

from accounts.models import User

Kind = Authenticator.Type
LAST_STEP = "last_step"


def has_second_step(user: User) -> bool:
    """Say whether there is one; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=[Kind.TOTP, Kind.WEBAUTHN]).exists()


def is_missing(user: User) -> bool:
    """Say whether this person has to set one up before anything else."""
    return settings.MFA_REQUIRED_FOR_STAFF and user.is_clinic_staff and not has_second_step(user)


def accepted(user: User, code: str) -> Authenticator | None:
    """Use up a code and return what it is of; None for one that is wrong or was used.

    One at a time for an account: of two who send the same code, one gets in.
    """
    with transaction.atomic():
        locked = Authenticator.objects.select_for_update().filter(user=user)
        for each in locked.exclude(type=Kind.WEBAUTHN).order_by("-type"):
            takes = _takes if each.type == Kind.TOTP else _takes_recovery
            if takes(each, code):
                each.record_usage()
                return each
    return None


def _takes(app: Authenticator, code: str) -> bool:
    """Take the code of a time step that is later than the last one used (RFC 6238, 5.2)."""
    secret, last = decrypt(app.data["secret"]), app.data.get(LAST_STEP, 0)
    for step in totp.yield_hotp_counters_from_time():
        right = totp.format_hotp_value(totp.hotp_value(secret, step))
        if step > last and compare_user_code(actual=code, expected=right):
            app.data[LAST_STEP] = step
            app.save(update_fields=["data"])
            return True
    return False


def _takes_recovery(codes: Authenticator, code: str) -> bool:
    return bool(codes.wrap().validate_code(code))
