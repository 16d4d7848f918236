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
# The planner's figures and the map of pages that all can see follow a bulk load within a minute.
STORAGE = """
    ALTER TABLE documents_documentchunk SET (
        toast_tuple_target = 3000, autovacuum_analyze_scale_factor = 0.02,
        autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05
    );
    ALTER TABLE documents_documentchunk
        ALTER embedding SET STORAGE PLAIN, ALTER lexical SET STORAGE MAIN,
        ALTER metadata SET STORAGE MAIN, ALTER section SET STORAGE MAIN,
        ALTER embedding_model SET STORAGE MAIN;
"""
STORAGE_BEFORE = """
    ALTER TABLE documents_documentchunk RESET (
        toast_tuple_target, autovacuum_analyze_scale_factor,
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor
    );
    ALTER TABLE documents_documentchunk
        ALTER embedding SET STORAGE EXTERNAL, ALTER lexical SET STORAGE EXTERNAL,
        ALTER metadata SET STORAGE EXTENDED, ALTER section SET STORAGE EXTENDED,
        ALTER embedding_model SET STORAGE EXTENDED;
"""
# The terms of a passage, each with its owner, so that every list of the index is of one owner.
# Reading them out of the vector's text is slow (the cost says so); only large owners are indexed.
# No list of what is still to be sorted in: every search would read all of it.
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
        USING gin (documents_terms(owner_id, lexical)) WITH (fastupdate = off) WHERE indexed;
"""
DROP_OWNED_TERMS = """
    DROP INDEX chunk_terms;
    DROP FUNCTION documents_terms(uuid, sparsevec);
    DROP FUNCTION documents_owned_term(uuid, bigint);
"""
# Search reads them at every question: uncompressed.
COUNTS_STORAGE = """
    ALTER TABLE documents_termstatistics
        ALTER terms SET STORAGE EXTERNAL, ALTER counts SET STORAGE EXTERNAL;
"""
# Graphs for vectors, each of some owners: whoever has a few thousand passages among a million would
# be looked for in vain in one graph of all.
GRAPHS = 16
OF_OWNERS = f"""
    DROP INDEX chunk_graph;
    CREATE FUNCTION documents_graph(p_owner uuid) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN uuid_hash(p_owner) & {GRAPHS - 1};
""" + "".join(
    f"""
    CREATE INDEX chunk_graph_{number} ON documents_documentchunk
        USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)
        WHERE indexed AND documents_graph(owner_id) = {number};
"""
    for number in range(GRAPHS)
)
OF_ALL = (
    "".join(f"DROP INDEX chunk_graph_{number};" for number in range(GRAPHS))
    + """
    DROP FUNCTION documents_graph(uuid);
    CREATE INDEX chunk_graph ON documents_documentchunk
        USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)
        WHERE indexed;
"""
)
IN_SCOPE = "c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation"
AMONG = "c.document_id = ANY (p_documents)"
# The legs of an owner with many passages, from the indexes. Every call is planned for itself, as the
# graph is one of several; that it is read, and no sort instead, is decided here and not by figures
# that lag behind a bulk load. `near` is NULL when the graph gave fewer than asked: it has given up,
# or holds none of the owner's yet.
#
# By words: passages with any of the rare terms, and those with all of `p_common`, the next rarest.
# Without vectors nothing else makes up for too few: then whatever holds any term. What is outside
# the indexes is scanned beside them. Adding 0 to a distance keeps the planner from the graph, IS TRUE
# from reading the owner's index where the terms' lists hold nobody else's.
LEGS = f"""
    CREATE FUNCTION documents_legs(
        p_owner uuid, p_generation bigint, p_vector halfvec, p_words sparsevec, p_rare bigint[],
        p_common bigint[], p_any bigint[], p_documents uuid[], p_depth int, p_matching int,
        OUT near uuid[], OUT matching uuid[]
    ) LANGUAGE plpgsql STABLE
    SET search_path = public, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET hnsw.iterative_scan = relaxed_order
    SET hnsw.ef_search = 100
    SET enable_sort = off
    AS $$
    DECLARE
        looked_at constant int := 3000;  -- at most, whatever the statistics promised
        in_graph constant int := documents_graph(p_owner);
        rare bigint[] := p_rare;
        distances double precision[];
    BEGIN
        IF p_vector IS NOT NULL THEN
            SELECT array_agg(n.id), array_agg(n.distance) INTO near, distances FROM (
                SELECT c.id, c.embedding <=> p_vector AS distance FROM documents_documentchunk c
                WHERE c.indexed AND documents_graph(c.owner_id) = in_graph
                  AND {IN_SCOPE} AND (p_documents IS NULL OR {AMONG})
                ORDER BY c.embedding <=> p_vector LIMIT p_depth
            ) n;
            IF cardinality(near) >= p_depth THEN
                SELECT array_agg(b.id) INTO near FROM (
                    SELECT n.id, n.distance FROM unnest(near, distances) AS n (id, distance)
                    UNION ALL
                    (SELECT c.id, c.embedding <=> p_vector FROM documents_documentchunk c
                    WHERE NOT c.indexed AND {IN_SCOPE} AND (p_documents IS NULL OR {AMONG})
                    ORDER BY (c.embedding <=> p_vector) + 0 LIMIT p_depth)
                    ORDER BY 2, 1 LIMIT p_depth
                ) b;
            ELSE
                near := NULL;
                RETURN;
            END IF;
        END IF;
        IF p_words IS NULL THEN
            RETURN;
        END IF;
        LOOP
            SELECT array_agg(m.id) INTO matching FROM (
                SELECT w.id FROM (
                    (SELECT c.id, c.lexical <#> p_words AS distance FROM documents_documentchunk c
                    WHERE c.indexed AND documents_terms(c.owner_id, c.lexical) && rare
                      AND ({IN_SCOPE}) IS TRUE AND (p_documents IS NULL OR {AMONG})
                    LIMIT looked_at)
                    UNION
                    (SELECT c.id, c.lexical <#> p_words FROM documents_documentchunk c
                    WHERE c.indexed AND documents_terms(c.owner_id, c.lexical) @> p_common
                      AND ({IN_SCOPE}) IS TRUE AND (p_documents IS NULL OR {AMONG})
                    LIMIT looked_at)
                    UNION ALL
                    SELECT c.id, c.lexical <#> p_words FROM documents_documentchunk c
                    WHERE NOT c.indexed AND {IN_SCOPE} AND (p_documents IS NULL OR {AMONG})
                ) w WHERE w.distance < 0 ORDER BY w.distance, w.id LIMIT p_matching
            ) m;
            EXIT WHEN p_vector IS NOT NULL OR cardinality(matching) >= p_depth
                OR rare IS NOT DISTINCT FROM p_any;
            rare := p_any;
        END LOOP;
    END $$;
"""  # noqa: S608 (our own words)
DROP_LEGS = """
    DROP FUNCTION documents_legs(uuid, bigint, halfvec, sparsevec, bigint[], bigint[], bigint[],
        uuid[], int, int);
"""
# The query's terms with their rarity, and which of them name enough candidates. A common term is
# taken where the ones before it, if words were independent, leave too many passages.
# Concatenation takes the arrays out of their storage once, not for every term; no sort carries them.
RARITY = """
            WITH known AS MATERIALIZED (
                SELECT greatest(s.chunks, 1) AS total, s.terms || '{}'::int[] AS terms,
                       s.counts || '{}'::int[] AS counts
                FROM documents_termstatistics s WHERE s.owner_id = p_owner
                UNION ALL SELECT 1, '{}', '{}' LIMIT 1
            ), asked AS MATERIALIZED (
                SELECT t.term, t.weight, k.total,
                       CASE WHEN k.terms[width_bucket(t.term, k.terms)] = t.term
                            THEN k.counts[width_bucket(t.term, k.terms)] ELSE 1 END AS frequency
                FROM known k CROSS JOIN unnest(p_terms, p_weights) AS t (term, weight)
            ), counted AS (
                SELECT term, frequency, total, documents_owned_term(p_owner, term) AS owned,
                       weight * ln(1 + (greatest(total - frequency, 0) + 0.5)
                                       / (frequency + 0.5)) AS weight,
                       sum(frequency) OVER (ORDER BY frequency, term) <= enough AS is_rare
                FROM asked
            ), ordered AS (
                SELECT *, ln(total) + sum(least(ln(frequency::float / total), 0)) OVER (
                    PARTITION BY is_rare ORDER BY frequency, term
                    ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW) AS left_over
                FROM counted
            )
            SELECT ('{' || string_agg(term || ':' || weight, ',') || '}/999999937')::sparsevec,
                   most_of_a_term * sum(weight),
                   array_agg(owned) FILTER (WHERE is_rare),
                   array_agg(owned) FILTER (
                       WHERE NOT is_rare AND coalesce(left_over > ln(enough), true)),
                   array_agg(owned)
            INTO words, everything, rare, common, any_term FROM ordered;
"""
COUNT = """
            SELECT count(*) INTO in_scope FROM (
                SELECT 1 FROM documents_documentchunk c
                WHERE c.owner_id = p_owner AND c.generation_id = p_generation {among}
                LIMIT scanned_up_to + 1
            ) counted;
"""
SCAN = f"""
                WITH scanned AS MATERIALIZED (
                    SELECT c.id, c.embedding <=> p_vector AS distance, c.lexical <#> words AS unlike
                    FROM documents_documentchunk c WHERE {IN_SCOPE} {{among}}
                )
                SELECT (SELECT array_agg(n.id) FROM (
                            SELECT id FROM scanned WHERE distance IS NOT NULL
                            ORDER BY distance, id LIMIT p_depth) n),
                       (SELECT array_agg(m.id) FROM (
                            SELECT id FROM scanned WHERE unlike < 0
                            ORDER BY unlike, id LIMIT looked_at) m)
                INTO near, matching;
"""  # noqa: S608
# Both legs and their fusion. p_vector NULL: by words alone; no terms: by vectors alone.
#
# Up to p_exact_below passages in scope are scanned, one pass for both legs; more where they are a
# small part of their graph, which then finds mostly what is out of scope. Statements with one
# sensible plan, up to here and after the legs, are planned once a session: planning them took longer
# than running them. They are written twice because one plan does not serve both kinds of scope.
#
# The score: similarities are stretched over the candidates (e5's lie in a narrow band), lexical
# scores measured by the best (Bruch et al. 2023, arXiv:2210.11934), or by two fifths of what a
# passage would have that says everything asked, if the best has less: then the words tell little.
# They also tell little where most candidates have them: words count by as much as the candidates'
# mean lexical score lies below the best. Passages that hold a quoted phrase come first: theirs is
# greater by 1.
SEARCH = f"""
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
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    AS $$
    #variable_conflict use_column
    DECLARE
        enough constant int := 1000;  -- candidates that rare words should name
        most_of_a_term constant float := 2.2;  -- k1 + 1, of BM25
        looked_at constant int :=  -- for a quoted phrase in more passages
            CASE WHEN p_phrases IS NULL THEN p_depth ELSE greatest(p_depth, 500) END;
        scanned_up_to int;
        in_scope int;
        words sparsevec;
        everything double precision;
        rare bigint[];
        common bigint[];
        any_term bigint[];
        near uuid[];
        matching uuid[];
        literal uuid[];
    BEGIN
        IF (p_owner = ANY (app_owners())) IS NOT TRUE THEN
            RETURN;
        END IF;

        IF cardinality(p_terms) > 0 THEN
            {RARITY}
        END IF;

        SELECT greatest(p_exact_below, sqrt(greatest(g.reltuples, 0) * p_exact_below / 7))
        INTO scanned_up_to FROM pg_class g
        WHERE g.oid = ('chunk_graph_' || documents_graph(p_owner))::regclass;
        IF p_documents IS NOT NULL THEN
            {COUNT.format(among="AND " + AMONG)}
        ELSE
            SELECT s.chunks INTO in_scope FROM documents_termstatistics s
            WHERE s.owner_id = p_owner;
            IF in_scope IS NULL THEN
                {COUNT.format(among="")}
            END IF;
        END IF;

        IF in_scope > scanned_up_to THEN
            SELECT l.near, l.matching INTO near, matching
            FROM documents_legs(p_owner, p_generation, p_vector, words, rare, common, any_term,
                                p_documents, p_depth, looked_at) l;
        END IF;
        IF in_scope <= scanned_up_to OR p_vector IS NOT NULL AND near IS NULL THEN
            IF p_documents IS NULL THEN
                {SCAN.format(among="")}
            ELSE
                {SCAN.format(among="AND " + AMONG)}
            END IF;
        END IF;

        IF p_phrases IS NOT NULL THEN
            SELECT array_agg(c.id) INTO literal FROM documents_documentchunk c
            WHERE c.id = ANY (matching || near) AND c.content ~* ALL (p_phrases);
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
                    FROM unnest(matching[1:p_depth]) WITH ORDINALITY AS m (id, place)
                    UNION ALL
                    SELECT l.id, NULL, NULL FROM unnest(literal) AS l (id)
                ) k GROUP BY k.id
            ), measured AS MATERIALIZED (
                SELECT c.id, k.near_rank, k.matching_rank,
                       1 - (c.embedding <=> p_vector) AS similarity,
                       greatest(-(c.lexical <#> words), 0) AS lexical,
                       c.id = ANY (coalesce(literal, '{{}}')) AS has_phrase
                FROM candidate k JOIN documents_documentchunk c ON c.id = k.id
            ), bounds AS (
                SELECT min(m.similarity) AS low,
                       nullif(max(m.similarity) - min(m.similarity), 0) AS band,
                       nullif(greatest(max(m.lexical), 0.4 * everything), 0) AS most,
                       coalesce(nullif(1 - avg(m.lexical) / nullif(max(m.lexical), 0), 0), 1)
                           AS telling,
                       CASE WHEN p_vector IS NULL THEN 0 WHEN words IS NULL THEN 1
                            ELSE p_meaning END AS meaning
                FROM measured m
            ), scored AS (
                SELECT m.*, m.has_phrase::int
                       + b.meaning * coalesce((m.similarity - b.low) / b.band, 0)
                       + (1 - b.meaning) * b.telling * coalesce(m.lexical / b.most, 0) AS score
                FROM measured m CROSS JOIN bounds b
                ORDER BY score DESC, m.id LIMIT p_rows
            )
            SELECT c.id, c.document_id, d.name, c.content, c.page, c.section, c.start_char,
                   c.end_char, s.score, s.similarity, s.lexical, s.near_rank, s.matching_rank,
                   s.has_phrase, c.original
            FROM scored s JOIN documents_documentchunk c ON c.id = s.id
            JOIN documents_document d ON d.id = c.document_id
            ORDER BY s.score DESC, s.id;
    END $$;
"""  # noqa: S608
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
        migrations.RunSQL(COUNTS_STORAGE, migrations.RunSQL.noop),
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
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(OF_OWNERS, OF_ALL)],
            state_operations=[migrations.RemoveIndex("documentchunk", "chunk_graph")],
        ),
        migrations.RunSQL(LEGS + SEARCH, DROP_SEARCH + DROP_LEGS),
    ]
