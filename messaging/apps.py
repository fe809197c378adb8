"""The core: conversations over one ordered log."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = "Conversations"

    def ready(self) -> None:
        """Connect facts with what follows them."""
        from messaging import followups

        followups.connect()
