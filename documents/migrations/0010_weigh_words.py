"""The words of passages that are there already, some hundred rows a transaction; may be resumed."""

from collections import Counter

from django.db import migrations, transaction

AT_ONCE = 500


def weigh(apps, _editor):
    from documents.chunking.contexts import under
    from documents.lexical import weighed
    from language.passages import passage_terms

    chunks = apps.get_model("documents", "DocumentChunk")
    missing = chunks.objects.filter(lexical__isnull=True).only(
        "content", "metadata", "section", "token_count"
    )
    while rows := list(missing.order_by("pk")[:AT_ONCE]):
        for chunk in rows:
            text = under(chunk.metadata.get("context", chunk.section), chunk.content)
            chunk.lexical = weighed(passage_terms(text), chunk.token_count)
        with transaction.atomic():
            chunks.objects.bulk_update(rows, ["lexical"])
    count(apps)


def count(apps):
    chunks = apps.get_model("documents", "DocumentChunk")
    statistics = apps.get_model("documents", "TermStatistics")
    present = chunks.objects.filter(generation__state="present").order_by()
    for owner_id in present.values_list("owner_id", flat=True).distinct():
        seen, total = Counter(), 0
        vectors = present.filter(owner_id=owner_id).values_list("lexical", flat=True)
        for vector in vectors.iterator():
            seen.update(index + 1 for index in vector.indices())
            total += 1
        common = sorted((term, times) for term, times in seen.items() if times > 1)
        statistics.objects.update_or_create(
            owner_id=owner_id,
            defaults={
                "chunks": total,
                "terms": [term for term, _times in common],
                "counts": [times for _term, times in common],
            },
        )


def write_out(apps, _editor):
    """Backwards: the terms as words, for the search that was before."""
    from language.terms import index_terms

    chunks = apps.get_model("documents", "DocumentChunk")
    missing = chunks.objects.filter(search_text="").only("content", "metadata", "section")
    while rows := list(missing.order_by("pk")[:AT_ONCE]):
        for chunk in rows:
            above = chunk.metadata.get("context", chunk.section)
            chunk.search_text = " ".join(index_terms(f"{above}\n{chunk.content}")) or "-"
        with transaction.atomic():
            chunks.objects.bulk_update(rows, ["search_text"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("documents", "0009_lexical")]
    operations = [migrations.RunPython(weigh, write_out)]
