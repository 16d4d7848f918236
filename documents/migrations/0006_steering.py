"""Pauses, heartbeats, passwords of encrypted files, and the stage of reading pictures."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.operations import OwnerPolicy


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_search_in_a_generation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="QueuePause",
            fields=[
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="queue_pause",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name="document",
            name="heartbeat_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="sealed_password",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="document",
            name="stage",
            field=models.CharField(
                choices=[
                    ("queued", "waiting for a worker"),
                    ("fetching", "fetching the page"),
                    ("extracting", "reading the text"),
                    ("recognising", "reading the pictures"),
                    ("chunking", "splitting into passages"),
                    ("embedding", "understanding the passages"),
                    ("saving", "saving"),
                    ("done", "done"),
                ],
                default="queued",
                max_length=12,
            ),
        ),
        OwnerPolicy("QueuePause"),
    ]
