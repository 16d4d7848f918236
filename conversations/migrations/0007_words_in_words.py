"""What is searched for may be a word or, instead, the pieces of one that is part of a longer."""

from importlib import import_module

from django.db import migrations

before = import_module("conversations.migrations.0002_functions")

WHOLE = before.HISTORY.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
# A term is letters and digits by now, or such terms with & and |.
IN_WORDS = WHOLE.replace(
    "string_agg(quote_literal(t), ' & ')", "string_agg('(' || t || ')', ' & ')"
)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_days")]
    operations = [migrations.RunSQL(IN_WORDS, WHOLE)]
