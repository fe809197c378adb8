from django.db import models

from chatify.lib import ids


class RetiredName(models.Model):
    """The username of a deleted account, as a keyed hash: it is given to nobody else."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    key = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.key[:8]
