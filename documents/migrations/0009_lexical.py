"""Words weighed by BM25 in a sparse vector, how rare they are, one function for both legs."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models
from pgvector.django import SparseVectorField

from accounts.operations import OwnerPolicy

TERMS = 999_999_937
# Vectors stay in the row, uncompressed: whoever scans reads them all. Texts go aside instead.
STORAGE = """
    ALTER TABLE documents_documentchunk SET (toast_tuple_target = 3000);
    ALTER TABLE documents_documentchunk
        ALTER embedding SET STORAGE PLAIN, ALTER lexical SET STORAGE MAIN,
        ALTER metadata SET STORAGE MAIN, ALTER section SET STORAGE MAIN,
        ALTER embedding_model SET STORAGE MAIN;
"""
STORAGE_BEFORE = """
    ALTER TABLE documents_documentchunk RESET (toast_tuple_target);
    ALTER TABLE documents_documentchunk
        ALTER embedding SET STORAGE EXTERNAL, ALTER lexical SET STORAGE EXTERNAL,
        ALTER metadata SET STORAGE EXTENDED, ALTER section SET STORAGE EXTENDED,
        ALTER embedding_model SET STORAGE EXTENDED;
"""
# The terms of a passage, each with its owner, so that every list of the index is of one owner.
# Reading them out of the vector's text is slow (the cost says so); only large owners are indexed.
OWNED_TERMS = """
    CREATE FUNCTION documents_owned_term(p_owner uuid, p_term bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN uuid_hash(p_owner)::bigint * 1073741824 + p_term;

    CREATE FUNCTION documents_terms(p_owner uuid, p_lexical sparsevec) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
    SET search_path = public, pg_temp
    RETURN (
        SELECT array_agg(documents_owned_term(p_owner, split_part(pair, ':', 1)::bigint))
        FROM unnest(string_to_array(
            ltrim(split_part(p_lexical::text, '}', 1), '{'), ',')) AS pair
        WHERE pair <> ''
    );

    CREATE INDEX chunk_terms ON documents_documentchunk
        USING gin (documents_terms(owner_id, lexical)) WHERE indexed;
"""
DROP_OWNED_TERMS = """
    DROP INDEX chunk_terms;
    DROP FUNCTION documents_terms(uuid, sparsevec);
    DROP FUNCTION documents_owned_term(uuid, bigint);
"""
# Both legs and their fusion. p_vector NULL: by words alone; no terms: by vectors alone.
#
# Up to p_exact_below passages in scope are scanned, one pass for both legs. More go through the
# graph, and through the index of terms, where the rarest terms that promise enough name the
# candidates; what is not in these indexes is scanned beside them. A graph that gives fewer rows
# than asked has given up, or holds none of the owner's yet: then everything is scanned. Adding 0
# to a distance keeps the planner from the graph where exactness is meant.
#
# The score: similarities are stretched over the candidates (e5's lie in a narrow band), lexical
# scores measured by the best (Bruch et al. 2023, arXiv:2210.11934). Passages that hold a quoted
# phrase come first: theirs is greater by 1.
SEARCH = """
    CREATE FUNCTION documents_search(
        p_owner uuid, p_generation bigint, p_vector halfvec, p_terms int[], p_weights real[],
        p_phrases text[], p_documents uuid[], p_depth int, p_rows int,
        p_meaning double precision, p_exact_below int
    ) RETURNS TABLE (
        chunk_id uuid, document_id uuid, document_name varchar, content text, page int,
        section varchar, start_char int, end_char int, score double precision,
        similarity double precision, lexical double precision, near_rank int, matching_rank int,
        has_phrase boolean, original text
    )
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET hnsw.iterative_scan = relaxed_order
    SET hnsw.ef_search = 200
    AS $$
    #variable_conflict use_column
    DECLARE
        enough constant int := 1000;  -- candidates that rare terms should name
        with_phrase constant int := 500;  -- passages looked at for a quoted phrase
        total bigint;
        known int[];
        counts int[];
        words sparsevec;
        rarest bigint[];
        in_scope int;
        near uuid[];
        distances double precision[];
        matching uuid[];
        looked_at uuid[];
        literal uuid[];
    BEGIN
        IF (p_owner = ANY (app_owners())) IS NOT TRUE THEN
            RETURN;
        END IF;

        IF cardinality(p_terms) > 0 THEN
            SELECT s.chunks, s.terms, s.counts INTO total, known, counts
            FROM documents_termstatistics s WHERE s.owner_id = p_owner;
            total := coalesce(total, 0);
            WITH asked AS (
                SELECT t.term, t.weight,
                       CASE WHEN known[width_bucket(t.term, known)] = t.term
                            THEN counts[width_bucket(t.term, known)] ELSE 1 END AS frequency
                FROM unnest(p_terms, p_weights) AS t (term, weight)
            ), counted AS (
                SELECT term, weight, frequency,
                       sum(frequency) OVER (ORDER BY frequency, term) - frequency AS before
                FROM asked
            )
            SELECT ('{' || string_agg(term || ':' || weight
                        * ln(1 + (greatest(total - frequency, 0) + 0.5) / (frequency + 0.5)), ',')
                    || '}/999999937')::sparsevec,
                   array_agg(documents_owned_term(p_owner, term)) FILTER (WHERE before < enough)
            INTO words, rarest FROM counted;
        END IF;

        SELECT count(*) INTO in_scope FROM (
            SELECT 1 FROM documents_documentchunk c
            WHERE c.owner_id = p_owner AND c.generation_id = p_generation
              AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
            LIMIT p_exact_below + 1
        ) counted;

        IF in_scope > p_exact_below AND p_vector IS NOT NULL THEN
            SELECT array_agg(n.id), array_agg(n.distance) INTO near, distances FROM (
                SELECT c.id, c.embedding <=> p_vector AS distance FROM documents_documentchunk c
                WHERE c.indexed
                  AND c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
                  AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
                ORDER BY c.embedding <=> p_vector LIMIT p_depth
            ) n;
        END IF;

        IF in_scope > p_exact_below AND (p_vector IS NULL OR cardinality(near) >= p_depth) THEN
            SELECT array_agg(b.id) INTO near FROM (
                SELECT n.id, n.distance FROM unnest(near, distances) AS n (id, distance)
                UNION ALL
                (SELECT c.id, c.embedding <=> p_vector FROM documents_documentchunk c
                WHERE NOT c.indexed AND p_vector IS NOT NULL
                  AND c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
                  AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
                ORDER BY (c.embedding <=> p_vector) + 0 LIMIT p_depth)
                ORDER BY 2, 1 LIMIT p_depth
            ) b;
            SELECT array_agg(m.id) INTO looked_at FROM (
                SELECT w.id FROM (
                    SELECT c.id, c.lexical <#> words AS distance FROM documents_documentchunk c
                    WHERE c.indexed AND documents_terms(c.owner_id, c.lexical) && rarest
                      AND c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
                      AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
                    UNION ALL
                    SELECT c.id, c.lexical <#> words FROM documents_documentchunk c
                    WHERE NOT c.indexed AND words IS NOT NULL
                      AND c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
                      AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
                ) w WHERE w.distance < 0 ORDER BY w.distance, w.id
                LIMIT CASE WHEN p_phrases IS NULL THEN p_depth ELSE greatest(p_depth, with_phrase) END
            ) m;
        ELSE
            WITH scanned AS MATERIALIZED (
                SELECT c.id, c.embedding <=> p_vector AS distance, c.lexical <#> words AS unlike
                FROM documents_documentchunk c
                WHERE c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
                  AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
            )
            SELECT (SELECT array_agg(n.id) FROM (
                        SELECT id FROM scanned WHERE distance IS NOT NULL
                        ORDER BY distance, id LIMIT p_depth) n),
                   (SELECT array_agg(m.id) FROM (
                        SELECT id FROM scanned WHERE unlike < 0 ORDER BY unlike, id
                        LIMIT CASE WHEN p_phrases IS NULL THEN p_depth
                                   ELSE greatest(p_depth, with_phrase) END) m)
            INTO near, looked_at;
        END IF;

        matching := looked_at[1:p_depth];
        IF p_phrases IS NOT NULL THEN
            SELECT array_agg(c.id) INTO literal FROM documents_documentchunk c
            WHERE c.id = ANY (looked_at || near) AND c.content ILIKE ALL (p_phrases);
        END IF;

        RETURN QUERY
            WITH candidate AS (
                SELECT k.id, min(k.near_rank)::int AS near_rank,
                       min(k.matching_rank)::int AS matching_rank
                FROM (
                    SELECT n.id, n.place AS near_rank, NULL::bigint AS matching_rank
                    FROM unnest(near) WITH ORDINALITY AS n (id, place)
                    UNION ALL
                    SELECT m.id, NULL, m.place
                    FROM unnest(matching) WITH ORDINALITY AS m (id, place)
                    UNION ALL
                    SELECT l.id, NULL, NULL FROM unnest(literal) AS l (id)
                ) k GROUP BY k.id
            ), measured AS MATERIALIZED (
                SELECT c.id, k.near_rank, k.matching_rank,
                       1 - (c.embedding <=> p_vector) AS similarity,
                       greatest(-(c.lexical <#> words), 0) AS lexical,
                       c.id = ANY (coalesce(literal, '{}')) AS has_phrase
                FROM candidate k JOIN documents_documentchunk c ON c.id = k.id
            ), bounds AS (
                SELECT min(m.similarity) AS low,
                       nullif(max(m.similarity) - min(m.similarity), 0) AS band,
                       nullif(max(m.lexical), 0) AS most,
                       CASE WHEN p_vector IS NULL THEN 0 WHEN words IS NULL THEN 1
                            ELSE p_meaning END AS meaning
                FROM measured m
            ), scored AS (
                SELECT m.*, m.has_phrase::int
                       + b.meaning * coalesce((m.similarity - b.low) / b.band, 0)
                       + (1 - b.meaning) * coalesce(m.lexical / b.most, 0) AS score
                FROM measured m CROSS JOIN bounds b
                ORDER BY score DESC, m.id LIMIT p_rows
            )
            SELECT c.id, c.document_id, d.name, c.content, c.page, c.section, c.start_char,
                   c.end_char, s.score, s.similarity, s.lexical, s.near_rank, s.matching_rank,
                   s.has_phrase, c.original
            FROM scored s JOIN documents_documentchunk c ON c.id = s.id
            JOIN documents_document d ON d.id = c.document_id
            ORDER BY s.score DESC, s.id;
    END $$
"""
DROP_SEARCH = """
    DROP FUNCTION documents_search(uuid, bigint, halfvec, int[], real[], text[], uuid[], int, int,
        double precision, int);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0008_web_sources"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="documentchunk",
            name="lexical",
            field=SparseVectorField(blank=True, dimensions=TERMS, null=True),
        ),
        migrations.RunSQL(STORAGE, STORAGE_BEFORE),
        migrations.CreateModel(
            name="TermStatistics",
            fields=[
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="term_statistics",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("chunks", models.PositiveIntegerField()),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                (
                    "counts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        OwnerPolicy("TermStatistics"),
        migrations.CreateModel(
            name="SearchLog",
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
                ("chatbot_id", models.UUIDField(blank=True, null=True)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("chat", "chat"),
                            ("bench", "retrieval bench"),
                            ("api", "API"),
                            ("page", "library search"),
                        ],
                        max_length=10,
                    ),
                ),
                ("query", models.CharField(max_length=2000)),
                ("scope", models.JSONField(default=dict)),
                ("results", models.JSONField(default=list)),
                ("latency_ms", models.FloatField()),
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
            options={
                "indexes": [
                    models.Index(
                        models.F("owner"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="searchlog_owner",
                    ),
                    models.Index(models.F("created_at"), name="searchlog_created"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["chat", "bench", "api", "page"])),
                        name="searchlog_origin",
                    )
                ],
            },
        ),
        OwnerPolicy("SearchLog"),
        migrations.RunSQL(OWNED_TERMS, DROP_OWNED_TERMS),
        migrations.RunSQL(SEARCH, DROP_SEARCH),
    ]
