"""Files."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "media"
    verbose_name = "Files"

    def ready(self) -> None:
        """Connect work with who does it."""
        from media import followups

        followups.connect()
