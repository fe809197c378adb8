import django.core.validators
import django.utils.timezone
from django.db import migrations, models

import accounts.models.user
import chatify.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=chatify.lib.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                (
                    "username",
                    models.CharField(
                        max_length=30,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A(?:[a-z0-9][a-z0-9._-]{1,29})\\Z",
                                "Use a to z, digits, dots, dashes, underscores.",
                            )
                        ],
                    ),
                ),
                (
                    "display_name",
                    models.CharField(blank=True, default="", max_length=80, verbose_name="name"),
                ),
                ("search_key", models.TextField(default="", editable=False)),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="Clear this to suspend the account.", verbose_name="active"
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(default=False, help_text="May open the admin.", verbose_name="staff"),
                ),
                ("settings", models.JSONField(blank=True, default=dict)),
                (
                    "session_nonce",
                    models.CharField(default=accounts.models.user.new_nonce, editable=False, max_length=32),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "indexes": [models.Index(fields=["created_at", "id"], name="accounts_user_created")],
            },
        ),
    ]
