"""Chunks belong to a generation of vectors; the graph holds those of owners with many."""

import django.db.models.deletion
import pgvector.django.indexes
from django.db import migrations, models

from accounts.operations import ReadOnly

# What is there belongs to a generation of its model; the model of most chunks is the one in use, and
# what others made is owed to it. Only owners of many chunks have them in the graph.
BELONG = """
    INSERT INTO documents_embeddinggeneration
        (model, dimension, state, documents_total, documents_done, last_error, started_at,
         present_from, past_from)
    SELECT embedding_model, 768, CASE WHEN place = 1 THEN 'present' ELSE 'past' END,
           documents, documents, '', now(), now(), CASE WHEN place > 1 THEN now() END
    FROM (
        SELECT embedding_model, count(DISTINCT document_id) AS documents,
               row_number() OVER (ORDER BY count(*) DESC, embedding_model) AS place
        FROM documents_documentchunk GROUP BY embedding_model
    ) models;
    INSERT INTO accounts_pendingtask
        (id, owner_id, kind, object_id, due_at, attempts, last_error, created_at)
    SELECT gen_random_uuid(), nobody, 'documents.reembed', nobody, now(), 0, '', now()
    FROM (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS nobody) platform
    WHERE EXISTS (SELECT FROM documents_embeddinggeneration WHERE state = 'past');
    UPDATE documents_documentchunk c SET generation_id = g.id, indexed = o.many
    FROM documents_embeddinggeneration g, (
        SELECT owner_id, count(*) > 5000 AS many FROM documents_documentchunk GROUP BY owner_id
    ) o
    WHERE g.model = c.embedding_model AND o.owner_id = c.owner_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
# Without generations a document can have the chunks of one only: of the one in use, if it has them.
LEAVE = """
    DELETE FROM accounts_pendingtask WHERE kind = 'documents.reembed';
    DELETE FROM documents_documentchunk c USING documents_embeddinggeneration g
    WHERE g.id = c.generation_id AND (g.state = 'future' OR EXISTS (
        SELECT FROM documents_documentchunk o JOIN documents_embeddinggeneration b
            ON b.id = o.generation_id
        WHERE o.document_id = c.document_id
          AND (b.state = 'present', b.id) > (g.state = 'present', g.id) AND b.state <> 'future'
    ));
    SET CONSTRAINTS ALL IMMEDIATE;
"""
# What was embedded for the generation to come follows a change of the passage in use: it goes, and is
# made again. The lock is the one of documents.generations: a switch waits for the change, and a
# change that comes too late is refused.
FOLLOW = """
    CREATE FUNCTION documents_follow_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('documents.generations', 9));
        IF NOT EXISTS (SELECT FROM documents_embeddinggeneration
                       WHERE id = NEW.generation_id AND state = 'present') THEN
            RAISE 'the passage % was replaced meanwhile', NEW.id USING ERRCODE = '40001';
        END IF;
        DELETE FROM documents_documentchunk c USING documents_embeddinggeneration g
        WHERE c.document_id = NEW.document_id AND c.chunk_index = NEW.chunk_index
          AND c.generation_id = g.id AND g.state = 'future';
        RETURN NULL;
    END $$;
    CREATE TRIGGER follow_change
        AFTER UPDATE OF content, search_text, section, metadata, enabled, edited_at
        ON documents_documentchunk FOR EACH ROW
        WHEN ((OLD.content, OLD.search_text, OLD.section, OLD.metadata, OLD.enabled, OLD.edited_at)
            IS DISTINCT FROM
            (NEW.content, NEW.search_text, NEW.section, NEW.metadata, NEW.enabled, NEW.edited_at))
        EXECUTE FUNCTION documents_follow_change();
"""
FOLLOW_NO_MORE = """
    DROP TRIGGER follow_change ON documents_documentchunk;
    DROP FUNCTION documents_follow_change();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_fetched_and_attached"), ("accounts", "0001_initial")]
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
                ("position", models.UUIDField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("present_from", models.DateTimeField(blank=True, null=True)),
                ("past_from", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
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
        migrations.RunSQL(FOLLOW, FOLLOW_NO_MORE),
    ]
