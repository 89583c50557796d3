"""Who may act: people who sign in, each with exactly one role, and how they do."""

from accounts.models.email_code import EmailCode
from accounts.models.sign_in import SignIn
from accounts.models.user import User, UserManager

__all__ = ["EmailCode", "SignIn", "User", "UserManager"]
