from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_idempotency_lock")]
    operations = [
        migrations.AddIndex("auditlog", models.Index(models.F("request_id"), name="audit_request")),
    ]
