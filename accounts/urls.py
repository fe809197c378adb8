"""Addresses of a person's own settings and of people's pictures. Sign-in itself is allauth's, below /accounts/."""

from django.urls import path

from accounts.views import profile

urlpatterns = [
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/profile/picture/", profile.avatar, name="profile_picture"),
    path("avatars/<str:key>/<slug:size>/", profile.picture, name="avatar"),
]
