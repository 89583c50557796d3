from django.urls import path

from scheduling.views import insight

urlpatterns = [
    path("", insight.page, name="insight"),
    path("<slug:slug>.csv", insight.download, name="insight-file"),
]
