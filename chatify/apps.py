"""Composition: commands and checks."""

from django.apps import AppConfig


class ChatifyConfig(AppConfig):
    name = "chatify"
    verbose_name = "Chatify"
