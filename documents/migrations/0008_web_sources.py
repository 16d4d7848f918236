"""Sites and pages that are fetched again and again."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from accounts.operations import OwnerPolicy


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0007_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="WebPage",
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
                ("url", models.CharField(max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "found"),
                            ("kept", "kept"),
                            ("removed", "removed from the site"),
                            ("skipped", "left out"),
                            ("failed", "failed"),
                        ],
                        default="found",
                        max_length=8,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("reason", models.TextField(blank=True)),
                ("depth", models.PositiveSmallIntegerField(default=0)),
                ("etag", models.CharField(blank=True, max_length=300)),
                ("last_modified", models.CharField(blank=True, max_length=60)),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                (
                    "links",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("wanted_run", models.PositiveIntegerField(default=0)),
                ("seen_run", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="WebSource",
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
                ("url", models.URLField(max_length=2000)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("page", "one page"),
                            ("sitemap", "sitemap"),
                            ("section", "section of a site"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "schedule",
                    models.CharField(
                        choices=[
                            ("manual", "only when asked"),
                            ("hourly", "every hour"),
                            ("daily", "every day"),
                            ("weekly", "every week"),
                            ("monthly", "every month"),
                        ],
                        default="manual",
                        max_length=8,
                    ),
                ),
                ("page_limit", models.PositiveIntegerField(default=100)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("running", "reading the site"),
                            ("idle", "up to date"),
                            ("paused", "paused"),
                            ("error", "error"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error_message", models.TextField(blank=True)),
                ("root", models.URLField(blank=True, max_length=2000)),
                ("host", models.CharField(max_length=260)),
                ("delete_removed", models.BooleanField(default=False)),
                ("robots", models.TextField(blank=True)),
                ("run", models.PositiveIntegerField(default=0)),
                ("run_counts", models.JSONField(blank=True, default=dict)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("served_at", models.DateTimeField(blank=True, null=True)),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("last_run", models.DateTimeField(blank=True, null=True)),
                ("next_run", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AddField(
            model_name="webpage",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="web_pages",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="webpage",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="websource",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="web_sources",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="webpage",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pages",
                to="documents.websource",
            ),
        ),
        migrations.AddIndex(
            model_name="websource",
            index=models.Index(
                models.F("owner"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="source_owner_new",
            ),
        ),
        migrations.AddIndex(
            model_name="websource",
            index=models.Index(
                models.F("next_run"),
                condition=models.Q(("next_run__isnull", False)),
                name="source_next_run",
            ),
        ),
        migrations.AddIndex(
            model_name="websource",
            index=models.Index(models.F("host"), models.F("lease_until"), name="source_host"),
        ),
        migrations.AddConstraint(
            model_name="websource",
            constraint=models.UniqueConstraint(
                fields=("owner", "url", "kind"), name="source_once_per_owner"
            ),
        ),
        migrations.AddConstraint(
            model_name="websource",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["page", "sitemap", "section"])), name="source_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="websource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["pending", "running", "idle", "paused", "error"])
                ),
                name="source_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="websource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("schedule__in", ["manual", "hourly", "daily", "weekly", "monthly"])
                ),
                name="source_schedule",
            ),
        ),
        migrations.AddConstraint(
            model_name="websource",
            constraint=models.CheckConstraint(
                condition=models.Q(("page_limit__gte", 1), ("page_limit__lte", 5000)),
                name="source_page_limit",
            ),
        ),
        migrations.AddIndex(
            model_name="webpage",
            index=models.Index(models.F("owner"), name="page_owner"),
        ),
        migrations.AddIndex(
            model_name="webpage",
            index=models.Index(models.F("source"), models.F("state"), name="page_source_state"),
        ),
        migrations.AddIndex(
            model_name="webpage",
            index=models.Index(
                models.F("source"),
                models.F("wanted_run"),
                models.F("depth"),
                models.F("id"),
                name="page_frontier",
            ),
        ),
        migrations.AddConstraint(
            model_name="webpage",
            constraint=models.UniqueConstraint(
                fields=("source", "url"), name="page_once_per_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="webpage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["found", "kept", "removed", "skipped", "failed"])
                ),
                name="page_state",
            ),
        ),
        OwnerPolicy("WebSource"),
        OwnerPolicy("WebPage"),
    ]
