from django.contrib import admin
from django.urls import include, path

from clinic import health

urlpatterns = [
    path("", include("scheduling.urls")),
    path("patients/", include("patients.urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("health", health.live, name="health"),
    path("health/ready", health.ready, name="health-ready"),
]
