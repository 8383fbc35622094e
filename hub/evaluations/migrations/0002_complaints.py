"""Ratings, complaints with their history and evidence; tickets say how the devices were."""

import django.db.models.deletion
import hub.accounts.models
import hub.encryption
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_root_and_roles'),
        ('cases', '0001_initial'),
        ('evaluations', '0001_initial'),
        ('kiosks', '0002_organisation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='troubleticket',
            options={'default_permissions': ('view',), 'ordering': ('-received_at',), 'verbose_name': 'could not get it done', 'verbose_name_plural': 'could not get it done'},
        ),
        migrations.AddField(
            model_name='troubleticket',
            name='devices',
            field=models.JSONField(default=dict, verbose_name='devices'),
        ),
        migrations.AddField(
            model_name='troubleticket',
            name='online',
            field=models.BooleanField(null=True, verbose_name='had a network'),
        ),
        migrations.AlterField(
            model_name='troubleticket',
            name='reason',
            field=models.CharField(choices=[('card-not-read', 'card not read'), ('do-not-understand', 'did not understand what to choose'), ('papers-missing', 'documents missing'), ('machine-fault', 'machine broken or not reacting'), ('other', 'something else, or an idea')], max_length=32, verbose_name='reason'),
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('bad_rating', 'bad rating'), ('call_back', 'wish to be called'), ('trouble', 'could not get it done')], max_length=12, verbose_name='kind')),
                ('state', models.CharField(choices=[('open', 'not begun'), ('calling_back', 'calling back'), ('remedied', 'remedied'), ('closed', 'settled')], default='open', max_length=12, verbose_name='state')),
                ('opened_at', models.DateTimeField(verbose_name='came in')),
                ('contact_by', models.DateField(verbose_name='first call by')),
                ('due', models.DateField(verbose_name='to be settled by')),
                ('phone', hub.encryption.EncryptedJSONField(null=True, verbose_name='phone')),
                ('finding', models.CharField(blank=True, choices=[('justified', 'justified'), ('unjustified', 'not justified'), ('mistaken', 'rated by mistake')], max_length=12, verbose_name='finding')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='settled on')),
                ('reopened', models.PositiveSmallIntegerField(default=0, verbose_name='reopened, times')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to=settings.AUTH_USER_MODEL, verbose_name='in hand of')),
                ('organisation', models.ForeignKey(default=hub.accounts.models.root_organisation, on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation', verbose_name='organisation')),
                ('ticket', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaint', to='evaluations.troubleticket', verbose_name='could not get it done')),
            ],
            options={
                'verbose_name': 'complaint',
                'verbose_name_plural': 'Complaints',
                'ordering': ('due', 'opened_at'),
                'permissions': (('handle_complaint', 'Can take up, remedy and close complaints'), ('view_phone', 'Can see the number to call back')),
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ComplaintEntry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField(verbose_name='at')),
                ('who', models.CharField(max_length=160, verbose_name='who')),
                ('what', models.CharField(choices=[('opened', 'came in'), ('rated_again', 'rated again'), ('taken', 'taken up'), ('called', 'call'), ('remedied', 'remedied'), ('closed', 'settled'), ('reopened', 'reopened'), ('phone_seen', 'number looked at')], max_length=12, verbose_name='what happened')),
                ('outcome', models.CharField(blank=True, max_length=16, verbose_name='outcome')),
                ('note', hub.encryption.EncryptedJSONField(null=True, verbose_name='note')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='evaluations.complaint')),
            ],
            options={
                'verbose_name': 'history',
                'verbose_name_plural': 'history',
                'ordering': ('complaint', 'number'),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('check_code', models.CharField(db_index=True, max_length=16, verbose_name='check code')),
                ('standing', models.CharField(choices=[('main', 'first rating'), ('appended', 'added later'), ('further', 'one more, not counted')], max_length=10, verbose_name='counts as')),
                ('level', models.PositiveSmallIntegerField(choices=[(5, 'very satisfied'), (4, 'satisfied'), (3, 'basically satisfied'), (2, 'dissatisfied'), (1, 'very dissatisfied')], verbose_name='level')),
                ('reasons', models.JSONField(default=list, verbose_name='reasons')),
                ('reasons_version', models.PositiveSmallIntegerField(verbose_name='version of the reasons')),
                ('of', models.CharField(choices=[('submission', 'filing a matter'), ('result', 'collecting a result'), ('progress', 'looking up progress'), ('guide', 'reading a guide')], max_length=12, verbose_name='rated after')),
                ('item_id', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='item')),
                ('language', models.CharField(max_length=8, verbose_name='language')),
                ('rated_at', models.DateTimeField(verbose_name='rated')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('case', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='evaluations', to='cases.case', verbose_name='case')),
                ('kiosk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kiosks.kiosk', verbose_name='kiosk')),
                ('organisation', models.ForeignKey(default=hub.accounts.models.root_organisation, on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'evaluation',
                'verbose_name_plural': 'evaluations',
                'ordering': ('-received_at',),
                'permissions': (('view_figures', 'Can see the figures of the evaluations'),),
                'default_permissions': ('view',),
            },
        ),
        migrations.AddField(
            model_name='complaint',
            name='evaluation',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaint', to='evaluations.evaluation', verbose_name='evaluation'),
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('media_type', models.CharField(max_length=32, verbose_name='type')),
                ('size', models.PositiveIntegerField(verbose_name='bytes')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('content', hub.encryption.EncryptedField()),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='evaluations.complaintentry')),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='complaintentry',
            constraint=models.UniqueConstraint(fields=('complaint', 'number'), name='complaint_entry_once'),
        ),
        migrations.AddIndex(
            model_name='evaluation',
            index=models.Index(fields=['rated_at', 'level'], name='evaluation_when'),
        ),
        migrations.AddConstraint(
            model_name='evaluation',
            constraint=models.UniqueConstraint(condition=models.Q(('standing', 'main')), fields=('case',), name='one_first_rating_of_a_case'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['state', 'due'], name='complaint_due'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('evaluation__isnull', False), ('ticket__isnull', False), _connector='XOR'), name='a_complaint_is_about_one_thing'),
        ),
    ]
