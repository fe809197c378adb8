"""Addresses of the inbox and of conversations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
