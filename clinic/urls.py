from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path, re_path

from clinic import api, health

# Sign-in keeps a list of addresses of its own; a user's address is edited on the user.
admin.site.unregister(EmailAddress)
# Nobody reads or writes the secrets of a second step by hand.
admin.site.unregister(Authenticator)
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
    path("account/", include("accounts.own_urls")),
    path("admin/", admin.site.urls),
    path("", include(api.urlpatterns)),
    re_path(r"^health/?$", health.live, name="health"),
    re_path(r"^health/ready/?$", health.ready, name="health-ready"),
]
