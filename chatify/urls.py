"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from chatify import installing, views
from chatify.api import api
from chatify.doctor.views import doctor

urlpatterns = [
    path("", views.landing, name="landing"),
    path("me.css", views.me_css, name="me_css"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("sw.js", installing.worker, name="worker"),
    path("offline/", installing.offline, name="offline"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("settings/doctor/", doctor, name="settings_doctor"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/auth/", include("allauth.headless.urls")),
    path("api/v1/", api.urls),
    path("", include("messaging.urls")),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
