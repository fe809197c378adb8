from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.membership import Membership

NAME_LENGTH = 30


class Label(models.Model):
    """A word that a person puts on conversations, for nobody else to see."""

    class Colour(models.TextChoices):
        """Named as the style sheet names them; what they look like follows the mode."""

        TEAL = "teal", "Teal"
        CORAL = "coral", "Coral"
        GREEN = "green", "Green"
        AMBER = "amber", "Amber"
        PLUM = "plum", "Plum"
        GREY = "grey", "Grey"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="labels", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    # Two spellings of one name are one label.
    key = models.CharField(max_length=120)
    colour = models.CharField(max_length=8, choices=Colour.choices, default=Colour.TEAL)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="label_once")]

    def __str__(self) -> str:
        return self.name


class Labelling(models.Model):
    """A label on one of its person's conversations."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    label = models.ForeignKey(Label, models.CASCADE, related_name="labellings", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="labellings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "membership"], name="labelled_once")]

    def __str__(self) -> str:
        return f"{self.label_id} on {self.membership_id}"
