"""Sign-in, sign-out and a forgotten password. Accounts are made by an administrator."""

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from accounts import preferences
from accounts.views import SignInPage

urlpatterns = [
    path("login/", login_not_required(SignInPage.as_view()), name="account_login"),
    path("logout/", login_not_required(views.logout), name="account_logout"),
    path("language/", preferences.language, name="account_language"),
    path("theme/", preferences.theme, name="account_theme"),
    path("inactive/", login_not_required(views.account_inactive), name="account_inactive"),
    path("signup/", login_not_required(views.signup), name="account_signup"),
    path(
        "password/reset/", login_not_required(views.password_reset), name="account_reset_password"
    ),
    path(
        "password/reset/done/",
        login_not_required(views.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        login_not_required(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        login_not_required(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
