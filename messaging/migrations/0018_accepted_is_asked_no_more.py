from django.db import migrations


def forget_who_asked(apps, schema_editor):
    """Who accepted is a member like any other: who asked stands only where nobody answered yet."""
    memberships = apps.get_model("messaging", "Membership").objects.using(schema_editor.connection.alias)
    memberships.filter(request="").exclude(asked_by=None).update(asked_by=None)


class Migration(migrations.Migration):

    dependencies = [("messaging", "0017_messages_that_carry")]

    operations = [migrations.RunPython(forget_who_asked, migrations.RunPython.noop)]
