"""Search compares chunks of one generation; beside the graph it reads those not yet in it."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("documents.migrations.0002_functions")
# Exact while the scope is small, else the graph with iterative scan and what is not in it. A graph
# that gives fewer rows than asked has given up, or holds none of the owner's yet → exact. Adding 0 to a distance keeps the planner from the graph where exactness
# is meant.
NEAREST = """
    CREATE FUNCTION documents_nearest(
        p_owner uuid, p_query halfvec, p_generation bigint, p_documents uuid[], p_limit int,
        p_exact_below int
    ) RETURNS TABLE (chunk_id uuid, distance double precision)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET hnsw.iterative_scan = relaxed_order
    SET hnsw.ef_search = 200
    AS $$
    DECLARE
        candidates int;
        found_ids uuid[];
        found_distances double precision[];
    BEGIN
        IF (p_owner = ANY (app_owners())) IS NOT TRUE THEN
            RETURN;
        END IF;
        SELECT count(*) INTO candidates FROM (
            SELECT 1 FROM documents_documentchunk c
            WHERE c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
              AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
            LIMIT p_exact_below + 1
        ) counted;
        IF candidates > p_exact_below THEN
            SELECT array_agg(near.id), array_agg(near.d) INTO found_ids, found_distances FROM (
                SELECT c.id, c.embedding <=> p_query AS d FROM documents_documentchunk c
                WHERE c.indexed
                  AND c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
                  AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
                ORDER BY c.embedding <=> p_query LIMIT p_limit
            ) near;
            IF cardinality(found_ids) >= p_limit THEN
                RETURN QUERY
                    SELECT u.i, u.d FROM unnest(found_ids, found_distances) AS u (i, d)
                    UNION ALL
                    (SELECT c.id, c.embedding <=> p_query FROM documents_documentchunk c
                    WHERE NOT c.indexed
                      AND c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
                      AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
                    ORDER BY (c.embedding <=> p_query) + 0 LIMIT p_limit)
                    ORDER BY 2, 1 LIMIT p_limit;
                RETURN;
            END IF;
        END IF;
        RETURN QUERY
            SELECT c.id, c.embedding <=> p_query FROM documents_documentchunk c
            WHERE c.owner_id = p_owner AND c.enabled AND c.generation_id = p_generation
              AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
            ORDER BY (c.embedding <=> p_query) + 0, c.id LIMIT p_limit;
    END $$
"""
# Squared inverse document frequency times the saturated term frequency of ts_rank (normalised by
# length), summed over the query's terms. Frequencies are those of the scope searched.
MATCHING = """
    CREATE FUNCTION documents_matching(
        p_owner uuid, p_terms text[], p_generation bigint, p_documents uuid[], p_limit int
    ) RETURNS TABLE (chunk_id uuid, score double precision)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    SET plan_cache_mode = force_custom_plan
    AS $$
    DECLARE
        total bigint;
        any_term tsquery;
    BEGIN
        IF (p_owner = ANY (app_owners())) IS NOT TRUE THEN
            RETURN;
        END IF;
        SELECT count(*) INTO total FROM documents_documentchunk c
        WHERE c.owner_id = p_owner AND c.generation_id = p_generation AND c.enabled
          AND (p_documents IS NULL OR c.document_id = ANY (p_documents));
        SELECT string_agg(quote_literal(t), ' | ')::tsquery INTO any_term FROM unnest(p_terms) t;
        RETURN QUERY
            WITH hits AS MATERIALIZED (
                SELECT c.id, c.content_tsv FROM documents_documentchunk c
                WHERE c.content_tsv @@ any_term AND c.owner_id = p_owner AND c.enabled
                  AND c.generation_id = p_generation AND (p_documents IS NULL OR c.document_id = ANY (p_documents))
            ), matched AS MATERIALIZED (
                SELECT h.id, t.term,
                       ts_rank('{1,1,1,1}', h.content_tsv, quote_literal(t.term)::tsquery, 1) AS tf
                FROM hits h CROSS JOIN unnest(p_terms) AS t (term)
                WHERE h.content_tsv @@ quote_literal(t.term)::tsquery
            ), rarity AS (
                SELECT term, power(ln(1 + (total - count(*) + 0.5) / (count(*) + 0.5)), 2) AS idf
                FROM matched GROUP BY term
            )
            SELECT m.id, sum(m.tf * r.idf)::double precision AS s
            FROM matched m JOIN rarity r USING (term)
            GROUP BY m.id ORDER BY s DESC, m.id LIMIT p_limit;
    END $$
"""
DROP_OLD = """
    DROP FUNCTION documents_nearest(uuid, halfvec, text, uuid[], int, int);
    DROP FUNCTION documents_matching(uuid, text[], uuid[], int);
"""
DROP_NEW = """
    DROP FUNCTION documents_nearest(uuid, halfvec, bigint, uuid[], int, int);
    DROP FUNCTION documents_matching(uuid, text[], bigint, uuid[], int);
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_generations")]
    operations = [
        migrations.RunSQL(DROP_OLD, BEFORE.NEAREST + ";" + BEFORE.MATCHING),
        migrations.RunSQL(NEAREST + ";" + MATCHING, DROP_NEW),
    ]
