from django.db import migrations


def forward(apps, schema_editor):
    organisation = apps.get_model("accounts", "Organisation")
    root = organisation.objects.create(name="全部", kind="city")
    organisation.objects.filter(pk=root.pk).update(path=f"/{root.pk}/")
    account = apps.get_model("accounts", "Account")
    for user in apps.get_model("auth", "User").objects.filter(is_superuser=True):
        user.is_superuser = False
        user.is_staff = True
        user.save()
        account.objects.create(user=user, role="administrator", organisation=root)


def backward(apps, schema_editor):
    users = apps.get_model("auth", "User").objects
    for account in apps.get_model("accounts", "Account").objects.filter(role="administrator"):
        users.filter(pk=account.user_id).update(is_superuser=True)
    apps.get_model("accounts", "Account").objects.all().delete()
    apps.get_model("accounts", "Organisation").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
