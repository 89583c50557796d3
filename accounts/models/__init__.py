"""Who may act: people who sign in, each with exactly one role, and how they do."""

from accounts.models.email_code import EmailCode
from accounts.models.manager import UserManager
from accounts.models.session import Session
from accounts.models.sign_in import SignIn
from accounts.models.user import User

__all__ = ["EmailCode", "Session", "SignIn", "User", "UserManager"]
