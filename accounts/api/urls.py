"""Routes of signing in, registered by `clinic.api`."""

from typing import Any

from django.urls import URLPattern, re_path

from accounts.api import pictures, views

tags = {"auth": "Signing in and out, tokens, passwords, and one's own account."}
routes: list[tuple[str, Any]] = []
urlpatterns: list[URLPattern] = [
    re_path(r"^auth/login/?$", views.Login.as_view(), name="login"),
    re_path(r"^auth/token/?$", views.Login.as_view(), name="token"),
    re_path(r"^auth/token/refresh/?$", views.Refresh.as_view(), name="refresh"),
    re_path(r"^auth/logout/?$", views.Logout.as_view(), name="logout"),
    re_path(r"^auth/password/change/?$", views.PasswordChange.as_view(), name="password-change"),
    re_path(r"^auth/password/reset/?$", views.PasswordReset.as_view(), name="password-reset"),
    re_path(
        r"^auth/password/reset/confirm/?$",
        views.PasswordResetConfirm.as_view(),
        name="password-reset-confirm",
    ),
    re_path(r"^auth/me/picture/?$", pictures.MyPicture.as_view(), name="my-picture"),
    re_path(
        r"^users/(?P<pk>[0-9]{1,18})/picture/?$",
        pictures.UserPicture.as_view(),
        name="user-picture",
    ),
]
