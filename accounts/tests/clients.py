"""Clients of the API that sign in as an application does."""

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import SignIn, User
from accounts.tests.factories import PASSWORD
from accounts.tokens import issue

LOGIN, REFRESH, ME = "/api/v1/auth/login", "/api/v1/auth/token/refresh", "/api/v1/auth/me"


def sign_in(user: User, password: str = PASSWORD) -> dict:
    """Return what signing in answers, tokens and all."""
    answer = APIClient().post(LOGIN, {"email": user.email, "password": password})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def bearing(tokens: dict) -> APIClient:
    """Return a client that sends the access token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    return client


def given_tokens(user: User) -> dict:
    """Return tokens of a new sign-in, without asking for the password."""
    return issue(SignIn.objects.start(user, timezone.now()))._asdict()


def signed_in(user: User) -> APIClient:
    """Return a client that has signed in as the user, and sends the token of that."""
    return bearing(sign_in(user))


def client_of(user: User) -> APIClient:
    """Return a client that acts as the user without signing in, for what is not about that."""
    client = APIClient()
    client.force_authenticate(user)
    return client
