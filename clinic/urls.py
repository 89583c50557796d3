from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path

from clinic import api, health

# One way to sign in, with the same limits, for the desk and the admin.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Sign-in keeps a list of addresses of its own; a user's address is edited on the user.
admin.site.unregister(EmailAddress)
# What a role may do is in `accounts.roles`: a group would give nobody anything.
admin.site.unregister(Group)


handler400 = "clinic.pages.bad_request"
handler500 = "clinic.problems.server_error"
urlpatterns = [
    path("", include("scheduling.urls")),
    path("patients/", include("patients.urls")),
    path("facilities/", include("facilities.urls")),
    path("charts/", include("records.urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include(api.urlpatterns)),
    path("health", health.live, name="health"),
    path("health/ready", health.ready, name="health-ready"),
]
