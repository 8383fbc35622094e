from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0002_usual_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='rule',
            name='failed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
