"""What somebody does with their own account, below `/account/`."""

from allauth.account.views import reauthenticate
from allauth.mfa.base.views import reauthenticate as reauthenticate_by_code
from allauth.mfa.recovery_codes.views import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import deactivate_totp
from allauth.mfa.webauthn.views import RemoveWebAuthnView, reauthenticate_webauthn
from django.urls import path, reverse_lazy

from accounts import views
from accounts.second_step.views import AddApp, AddPasskey, EnterCode, Steps

remove_webauthn = RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))
STEP = "second-step/"
urlpatterns = [
    path("sessions/", views.sessions, name="account_sessions"),
    path("sessions/sign-out/", views.sign_out_everywhere, name="account_sign_out_everywhere"),
    path("confirm/password/", reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", reauthenticate_by_code, name="mfa_reauthenticate"),
    path("confirm/passkey/", reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path(STEP, Steps.as_view(), name="mfa_index"),
    path(f"{STEP}code/", EnterCode.as_view(), name="mfa_authenticate"),
    path(f"{STEP}app/", AddApp.as_view(), name="mfa_activate_totp"),
    path(f"{STEP}app/remove/", deactivate_totp, name="mfa_deactivate_totp"),
    path(f"{STEP}recovery/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path(f"{STEP}recovery/new/", generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(f"{STEP}passkeys/add/", AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(f"{STEP}passkeys/<int:pk>/remove/", remove_webauthn, name="mfa_remove_webauthn"),
]
