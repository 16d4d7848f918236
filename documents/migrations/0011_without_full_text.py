"""The terms as text and their tsvector have no readers any more."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("documents.migrations.0005_search_in_a_generation")
# Dropping a column would take the trigger along.
FOLLOW = """
    DROP TRIGGER follow_change ON documents_documentchunk;
    CREATE TRIGGER follow_change
        AFTER UPDATE OF content, {terms}section, metadata, enabled, edited_at
        ON documents_documentchunk FOR EACH ROW
        WHEN ((OLD.content, {old}OLD.section, OLD.metadata, OLD.enabled, OLD.edited_at)
            IS DISTINCT FROM
            (NEW.content, {new}NEW.section, NEW.metadata, NEW.enabled, NEW.edited_at))
        EXECUTE FUNCTION documents_follow_change();
"""
WITHOUT = FOLLOW.format(terms="", old="", new="")
WITH = FOLLOW.format(terms="search_text, ", old="OLD.search_text, ", new="NEW.search_text, ")


class Migration(migrations.Migration):
    dependencies = [("documents", "0010_weigh_words")]
    operations = [
        migrations.RunSQL(BEFORE.DROP_NEW, BEFORE.NEAREST + ";" + BEFORE.MATCHING),
        migrations.RunSQL(WITHOUT, WITH),
        migrations.RemoveIndex(model_name="documentchunk", name="chunk_tsv"),
        migrations.RemoveField(model_name="documentchunk", name="content_tsv"),
        migrations.RemoveField(model_name="documentchunk", name="search_text"),
    ]
