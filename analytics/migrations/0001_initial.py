import django.db.models.functions.datetime
import uuid_utils.compat
from django.db import migrations, models

from accounts.operations import AppendOnly, OwnerPolicy, PartitionByMonth


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0001_initial")]  # its function app_owners

    operations = [
        migrations.CreateModel(
            name="ErrorLog",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("service", models.CharField(max_length=20)),
                ("error_type", models.CharField(max_length=120)),
                ("error_message", models.TextField(blank=True)),
                ("details", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, db_index=True, max_length=64)),
                ("group", models.CharField(db_index=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="UsageEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("owner_id", models.UUIDField()),
                ("chatbot_id", models.UUIDField(null=True)),
                ("metric_type", models.CharField(max_length=40)),
                ("value", models.FloatField(default=1)),
                ("metadata", models.JSONField(default=dict)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={},
        ),
        PartitionByMonth("UsageEvent"),
        migrations.AddIndex(
            model_name="usageevent",
            index=models.Index(
                models.F("owner_id"),
                models.F("metric_type"),
                models.OrderBy(models.F("created_at"), descending=True),
                name="usageevent_owner_metric",
            ),
        ),
        OwnerPolicy("UsageEvent"),
        AppendOnly("UsageEvent"),
        AppendOnly("ErrorLog"),
    ]
