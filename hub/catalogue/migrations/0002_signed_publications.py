"""Catalogues become signed files. What was published before as text is published anew from its source."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("catalogue", "0001_initial"),)

    operations = (
        migrations.DeleteModel("Publication"),
        migrations.CreateModel(
            name="File",
            fields=[
                (
                    "sha256",
                    models.CharField(
                        max_length=64, primary_key=True, serialize=False, verbose_name="SHA-256"
                    ),
                ),
                ("content", models.BinaryField(verbose_name="content")),
            ],
            options={
                "verbose_name": "file of the catalogue",
                "verbose_name_plural": "files of the catalogue",
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "version",
                    models.PositiveIntegerField(primary_key=True, serialize=False, verbose_name="version"),
                ),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("notice", models.TextField(verbose_name="signed notice")),
                ("items", models.TextField(verbose_name="items")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.file",
                        verbose_name="file",
                    ),
                ),
            ],
            options={
                "verbose_name": "publication",
                "verbose_name_plural": "catalogue",
                "ordering": ("-version",),
            },
        ),
    )
