from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_the_starter(apps, schema_editor):
    """Until now only who began a conversation could have asked."""
    memberships = apps.get_model("messaging", "Membership").objects.using(schema_editor.connection.alias)
    conversations = apps.get_model("messaging", "Conversation").objects
    starter = conversations.filter(pk=OuterRef("conversation_id")).values("created_by_id")
    memberships.exclude(request="").update(asked_by_id=Subquery(starter[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ("messaging", "0014_withheld_reactions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(name_the_starter, migrations.RunPython.noop),
    ]
