"""Chunks belong to a generation of vectors; the graph holds those of owners with many."""

import django.db.models.deletion
import pgvector.django.indexes
from django.db import migrations, models

from accounts.operations import ReadOnly

# What is there belongs to a generation of its model; the model of most chunks is the one in use. Only
# owners of many chunks have them in the graph.
BELONG = """
    INSERT INTO documents_embeddinggeneration
        (model, dimension, state, documents_total, documents_done, last_error, started_at,
         present_from, past_from)
    SELECT embedding_model, 768, CASE row_number() OVER (ORDER BY count(*) DESC, embedding_model)
               WHEN 1 THEN 'present' ELSE 'past' END,
           count(DISTINCT document_id), count(DISTINCT document_id), '', now(), now(), NULL
    FROM documents_documentchunk GROUP BY embedding_model;
    UPDATE documents_documentchunk c SET generation_id = g.id, indexed = o.many
    FROM documents_embeddinggeneration g, (
        SELECT owner_id, count(*) > 5000 AS many FROM documents_documentchunk GROUP BY owner_id
    ) o
    WHERE g.model = c.embedding_model AND o.owner_id = c.owner_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
# One table can hold the chunks of one generation only.
LEAVE = """
    DELETE FROM documents_documentchunk WHERE generation_id NOT IN (
        SELECT id FROM documents_embeddinggeneration WHERE state = 'present'
    );
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_fetched_and_attached")]
    operations = [
        migrations.CreateModel(
            name="EmbeddingGeneration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=120)),
                ("dimension", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("future", "being made"),
                            ("present", "in use"),
                            ("past", "replaced"),
                        ],
                        max_length=8,
                    ),
                ),
                ("documents_total", models.PositiveIntegerField(default=0)),
                ("documents_done", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("present_from", models.DateTimeField(blank=True, null=True)),
                ("past_from", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="embeddinggeneration",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["future", "present", "past"])),
                name="generation_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddinggeneration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["future", "present"])),
                fields=("state",),
                name="generation_one_of_a_state",
            ),
        ),
        ReadOnly("EmbeddingGeneration"),
        migrations.RemoveConstraint(
            model_name="documentchunk",
            name="chunk_once_per_document",
        ),
        migrations.RemoveIndex(
            model_name="documentchunk",
            name="chunk_owner_document",
        ),
        migrations.RemoveIndex(
            model_name="documentchunk",
            name="chunk_embedding",
        ),
        migrations.AddField(
            model_name="documentchunk",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="documentchunk",
            name="indexed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="documentchunk",
            name="original",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="documentchunk",
            name="passage_hash",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="documentchunk",
            name="generation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.embeddinggeneration",
            ),
        ),
        migrations.RunSQL(BELONG, LEAVE),
        migrations.AlterField(
            model_name="documentchunk",
            name="generation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.embeddinggeneration",
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=models.Index(
                models.F("owner"),
                models.F("generation"),
                models.F("document"),
                name="chunk_owner_generation",
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=models.Index(
                models.F("owner"), models.F("passage_hash"), name="chunk_owner_passage"
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=models.Index(
                models.F("owner"),
                models.F("generation"),
                condition=models.Q(("indexed", False)),
                name="chunk_not_indexed",
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=pgvector.django.indexes.HnswIndex(
                condition=models.Q(("indexed", True)),
                ef_construction=64,
                fields=["embedding"],
                m=16,
                name="chunk_graph",
                opclasses=["halfvec_cosine_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="documentchunk",
            constraint=models.UniqueConstraint(
                fields=("document", "generation", "chunk_index"), name="chunk_once_per_generation"
            ),
        ),
    ]
