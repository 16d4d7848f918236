"""What is counted in a day goes to the day of the person's own, which `billing_count` knows."""

from importlib import import_module

from django.db import migrations

before = import_module("documents.migrations.0002_functions")

COUNT_UPLOADS = """
    CREATE OR REPLACE FUNCTION documents_count_upload() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM billing_count(NEW.owner_id, 0, 0, 1, 0);
        RETURN NEW;
    END $$;
"""


def only_function(statement: str) -> str:
    """Without the trigger, which stays."""
    return statement.split("CREATE TRIGGER")[0].replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
    )


class Migration(migrations.Migration):
    dependencies = [("documents", "0013_shared_and_attached"), ("billing", "0004_ledger")]
    operations = [
        migrations.RunSQL(COUNT_UPLOADS, only_function(before.COUNT_UPLOADS)),
    ]
