"""What accounts mail. Every letter is plain text and names nobody: anybody can enter an address.

Letters go out on a thread of their own, one after the other: how long a request takes must not say
whether there was somebody to write to, and a mail server that is away must not stop a registration.
One that fails is tried again after a while. They wait in memory, and are lost with the process.
They are written in the language that is active when they are posted.
"""

from threading import BoundedSemaphore, Timer

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.afterwards import OneThread

logger = structlog.get_logger(__name__)
posting = OneThread("mail")

PAUSES = (5.0, 60.0, 600.0)  # seconds before a letter that failed is tried again
waiting = BoundedSemaphore(1000)  # for the thread
pausing = BoundedSemaphore(100)  # apart, so that letters nobody takes leave room to the others


def post(to: str, subject: str, text: str) -> None:
    """Mail this once the transaction, if there is one, has committed."""
    message = EmailMessage(subject, text, to=[to])
    transaction.on_commit(lambda: _enqueue(message, PAUSES))


def _enqueue(message: EmailMessage, pauses: tuple[float, ...]) -> None:
    if waiting.acquire(blocking=False):
        posting.submit(_send, message, pauses)
    else:
        logger.error("mail_lost")


def _send(message: EmailMessage, pauses: tuple[float, ...]) -> None:
    waiting.release()
    try:
        message.send()
    except Exception as error:  # noqa: BLE001 - whatever it is, the letter is tried again
        # The error's text may hold the address.
        logger.warning("mail_failed", error=type(error).__name__)
        _try_again(message, pauses)


def _try_again(message: EmailMessage, pauses: tuple[float, ...]) -> None:
    """Enqueue it after the first of the pauses; give it up where none is left, or too many wait."""
    if not pauses or not pausing.acquire(blocking=False):
        logger.error("mail_lost")
        return

    def enqueue() -> None:
        pausing.release()
        _enqueue(message, pauses[1:])

    pause = Timer(pauses[0], enqueue)
    pause.daemon = True
    pause.start()


def post_code(to: str, code: str) -> None:
    text = _(
        "Your code is %(code)s. Enter it in the application within 30 minutes.\n\n"
        "If you did not register with the clinic, ignore this letter: nothing happens without the"
        " code.\n"
    )
    post(to, _("Your code for the clinic"), text % {"code": code})


def post_known(to: str) -> None:
    """Tell the owner of an account that somebody tried to register with their address."""
    post(
        to,
        _("You have an account at the clinic already"),
        _(
            "Somebody, perhaps you, wanted to register at the clinic with this address. You have an"
            " account already: sign in with it, or ask for a new password there.\n\n"
            "If it was not you, ignore this letter.\n"
        ),
    )


def post_reset(to: str, link: str, code: str) -> None:
    text = _("Choose a new password here:\n%(link)s\n\n") % {"link": link}
    post(to, _("A new password for the clinic"), text + _or(code))


def post_invitation(to: str, link: str, code: str) -> None:
    text = _("An account was made for you. Choose its password here:\n%(link)s\n\n")
    post(to, _("Your account at the clinic"), text % {"link": link} + _or(code))


def post_password_changed(to: str) -> None:
    post(
        to,
        _("Your password at the clinic was changed"),
        _(
            "The password of your account was changed, and all other devices were signed out.\n\n"
            "If it was not you, ask for a new password at once.\n"
        ),
    )


def post_address_changed(to: str) -> None:
    post(
        to,
        _("Your account at the clinic has another address"),
        _(
            "From now on letters about your account go to another address, which was entered with"
            " your password.\n\nIf it was not you, call the clinic.\n"
        ),
    )


def _or(code: str) -> str:
    text = _(
        "Or enter this code in the application: %(code)s\n\n"
        "Both are good for three days, and once. If you did not expect this letter, ignore it.\n"
    )
    return text % {"code": code}
