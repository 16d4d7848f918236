"""Many files brought at once."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from accounts.operations import OwnerPolicy


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0006_steering"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="UploadBatch",
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
                ("name", models.CharField(max_length=255)),
                ("file_count", models.PositiveIntegerField()),
                ("total_bytes", models.BigIntegerField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={"verbose_name_plural": "upload batches"},
        ),
        migrations.CreateModel(
            name="UploadItem",
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
                ("path", models.CharField(max_length=1000)),
                ("size", models.BigIntegerField()),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error_message", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name="uploadbatch",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="upload_batches",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="uploaditem",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="documents.uploadbatch",
            ),
        ),
        migrations.AddField(
            model_name="uploaditem",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="upload_items",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="uploaditem",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="uploadbatch",
            index=models.Index(
                models.F("owner"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="batch_owner_new",
            ),
        ),
        migrations.AddIndex(
            model_name="uploadbatch",
            index=models.Index(models.F("closed_at"), name="batch_closed"),
        ),
        migrations.AddIndex(
            model_name="uploaditem",
            index=models.Index(
                models.F("batch"),
                condition=models.Q(("received_at", None)),
                name="item_not_here",
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("file_count__gt", 0), ("total_bytes__gte", 0)),
                name="batch_not_empty",
            ),
        ),
        migrations.AddIndex(
            model_name="uploaditem",
            index=models.Index(models.F("owner"), name="item_owner"),
        ),
        migrations.AddConstraint(
            model_name="uploaditem",
            constraint=models.UniqueConstraint(
                fields=("batch", "path"), name="item_once_per_batch"
            ),
        ),
        migrations.AddConstraint(
            model_name="uploaditem",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gte", 0)), name="item_size"
            ),
        ),
        OwnerPolicy("UploadBatch"),
        OwnerPolicy("UploadItem"),
    ]
