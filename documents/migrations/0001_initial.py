import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgvector.django.halfvec
import pgvector.django.indexes
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

import documents.models
from accounts.operations import OwnerPolicy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
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
                (
                    "kind",
                    models.CharField(
                        choices=[("library", "library"), ("attachment", "attachment")],
                        default="library",
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("file", models.FileField(max_length=200, upload_to=documents.models.storage_path)),
                ("source_url", models.URLField(blank=True, max_length=2000)),
                ("mime_type", models.CharField(blank=True, max_length=120)),
                ("file_size", models.BigIntegerField()),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("processing", "processing"),
                            ("ready", "ready"),
                            ("error", "error"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("queued", "waiting for a worker"),
                            ("extracting", "reading the text"),
                            ("chunking", "splitting into passages"),
                            ("embedding", "understanding the passages"),
                            ("saving", "saving"),
                            ("done", "done"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("stage_times", models.JSONField(blank=True, default=dict)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error_message", models.TextField(blank=True)),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=16)),
                ("page_count", models.IntegerField(blank=True, null=True)),
                ("chunk_count", models.IntegerField(default=0)),
                ("token_count", models.BigIntegerField(default=0)),
                ("tokens_used", models.BigIntegerField(default=0)),
                ("embedding_model", models.CharField(blank=True, max_length=120)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("processed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ErasedFile",
            fields=[
                ("path", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("owner_id", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="DocumentChunk",
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
                ("chunk_index", models.IntegerField()),
                ("content", models.TextField()),
                ("search_text", models.TextField(blank=True)),
                (
                    "content_tsv",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.SearchVector(
                            "search_text", config="simple"
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                ("token_count", models.IntegerField(default=0)),
                ("start_char", models.IntegerField()),
                ("end_char", models.IntegerField()),
                ("page", models.IntegerField(blank=True, null=True)),
                ("section", models.CharField(blank=True, max_length=500)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("embedding", pgvector.django.halfvec.HalfVectorField(dimensions=768)),
                ("embedding_model", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="documents.document",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["chunk_index"],
            },
        ),
        migrations.CreateModel(
            name="DocumentText",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="documents.document",
                    ),
                ),
                ("content", models.TextField()),
                ("pages", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(models.F("owner"), models.F("status"), name="document_owner_status"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                models.F("owner"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="document_owner_new",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                models.F("status"), models.F("created_at"), name="document_status_created"
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(models.F("content_hash"), name="document_hash"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(models.F("mime_type"), name="document_mime_type"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="document_tags"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["metadata"], name="document_metadata"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "library")),
                fields=("owner", "content_hash"),
                name="document_once_per_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("file_size__gt", 0)), name="document_file_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__lte", 100)), name="document_progress"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["library", "attachment"])), name="document_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "processing", "ready", "error"])),
                name="document_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("chunk_count__gte", 0), ("token_count__gte", 0), ("tokens_used__gte", 0)
                ),
                name="document_counts_positive",
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=models.Index(
                models.F("owner"), models.F("document"), name="chunk_owner_document"
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=models.Index(models.F("embedding_model"), name="chunk_embedding_model"),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["content_tsv"], name="chunk_tsv"
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=pgvector.django.indexes.HnswIndex(
                ef_construction=64,
                fields=["embedding"],
                m=16,
                name="chunk_embedding",
                opclasses=["halfvec_cosine_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="documentchunk",
            constraint=models.UniqueConstraint(
                fields=("document", "chunk_index"), name="chunk_once_per_document"
            ),
        ),
        migrations.AddConstraint(
            model_name="documentchunk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_char__gt", models.F("start_char")), ("start_char__gte", 0)
                ),
                name="chunk_offsets",
            ),
        ),
        OwnerPolicy("Document"),
        OwnerPolicy("DocumentText"),
        OwnerPolicy("DocumentChunk"),
        OwnerPolicy("ErasedFile"),
    ]
