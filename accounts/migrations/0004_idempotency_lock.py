"""Who is at work is told by an advisory lock: no state or lease of a running request is stored."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_credentials_and_idempotency")]
    operations = [
        migrations.RemoveConstraint("idempotencykey", "idempotencykey_state"),
        migrations.RemoveField("idempotencykey", "state"),
        migrations.RemoveField("idempotencykey", "running_until"),
        migrations.RemoveField("idempotencykey", "response_headers"),
        migrations.RemoveField("idempotencykey", "updated_at"),
        migrations.AlterField(
            "idempotencykey", "response_body", models.TextField(blank=True, editable=False)
        ),
    ]
