"""The figures have a page and a permission of their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0004_only_added")]
    operations = [
        migrations.AlterModelOptions(
            name="evaluation",
            options={
                "default_permissions": ("view",),
                "ordering": ("-received_at",),
                "verbose_name": "evaluation",
                "verbose_name_plural": "evaluations",
            },
        ),
        migrations.CreateModel(
            name="Figures",
            fields=[],
            options={
                "verbose_name": "Figures of the evaluations",
                "verbose_name_plural": "Figures of the evaluations",
                "proxy": True,
                "default_permissions": ("view",),
                "indexes": [],
                "constraints": [],
            },
            bases=("evaluations.evaluation",),
        ),
    ]
