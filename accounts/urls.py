"""Addresses of a person's own settings and of people's pictures. Sign-in itself is allauth's, below /accounts/."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import addresses, data, device, mailbox, privacy, profile, security, sessions, stepup

urlpatterns = [
    path("settings/", RedirectView.as_view(pattern_name="profile"), name="settings"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/profile/picture/", profile.avatar, name="profile_picture"),
    path("settings/privacy/", privacy.privacy, name="settings_privacy"),
    path("settings/security/mail/", mailbox.attempt, name="settings_mail_try"),
    path("settings/security/", security.security, name="settings_security"),
    path("settings/sessions/", sessions.sessions, name="settings_sessions"),
    path("settings/sessions/others/end/", sessions.end_others, name="settings_sessions_others"),
    path("settings/sessions/all/end/", sessions.end_all, name="settings_sessions_all"),
    path("settings/sessions/<uuid:id>/end/", sessions.end, name="settings_session_end"),
    path("settings/device/", device.device, name="settings_device"),
    path("settings/device/<uuid:id>/drop/", device.drop, name="settings_device_drop"),
    path("settings/device/<uuid:id>/try/", device.attempt, name="settings_device_try"),
    path("settings/data/", data.data, name="settings_data"),
    path("settings/data/<uuid:id>/", data.download, name="settings_data_download"),
    path("settings/data/<uuid:id>/drop/", data.drop, name="settings_data_drop"),
    path("avatars/<str:key>/<slug:size>/", profile.picture, name="avatar"),
    path("accounts/email/undo/<str:token>/", addresses.undo, name="account_email_undo"),
    path("accounts/reauthenticate/code/", stepup.by_code, name="account_reauthenticate_by_code"),
    # allauth's own overview of second steps: ours shows them beside the rest.
    path("accounts/2fa/", RedirectView.as_view(pattern_name="settings_security"), name="mfa_index"),
]
