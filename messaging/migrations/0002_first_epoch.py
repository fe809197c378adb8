from django.db import migrations


def begin(apps, schema_editor):
    """The lineage begins with the tables: two processes that start at once would each begin one of their own."""
    epochs = apps.get_model("messaging", "LogEpoch").objects
    if not epochs.exists():
        epochs.create()


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
