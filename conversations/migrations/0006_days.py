"""What is counted in a day goes to the day of the person's own, which `billing_count` knows."""

from importlib import import_module

from django.db import migrations

before = import_module("conversations.migrations.0002_functions")

COUNT_MESSAGES = """
    CREATE OR REPLACE FUNCTION conversations_count_message() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        tokens bigint := 0;
        sent int := 0;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            UPDATE conversations_conversation SET total_messages = total_messages - 1,
                total_tokens = total_tokens - OLD.tokens_input - OLD.tokens_output
            WHERE id = OLD.conversation_id AND owner_id = OLD.owner_id;
            RETURN OLD;
        END IF;
        tokens := NEW.tokens_input + NEW.tokens_output;
        IF TG_OP = 'UPDATE' THEN
            tokens := tokens - OLD.tokens_input - OLD.tokens_output;
            IF tokens = 0 THEN
                RETURN NEW;
            END IF;
            UPDATE conversations_conversation SET total_tokens = total_tokens + tokens
            WHERE id = NEW.conversation_id AND owner_id = NEW.owner_id;
        ELSE
            sent := (NEW.role = 'user')::int;
            UPDATE conversations_conversation SET total_messages = total_messages + 1,
                total_tokens = total_tokens + tokens, last_message_at = now()
            WHERE id = NEW.conversation_id AND owner_id = NEW.owner_id;
        END IF;
        tokens := greatest(tokens, 0);
        IF tokens = 0 AND sent = 0 THEN
            RETURN NEW;
        END IF;
        PERFORM billing_count(NEW.owner_id, tokens, sent, 0, 0);
        IF tokens > 0 THEN
            UPDATE accounts_user SET total_tokens_used = total_tokens_used + tokens
            WHERE id = NEW.owner_id;
        END IF;
        RETURN NEW;
    END $$;
"""
COUNT_CONVERSATIONS = """
    CREATE OR REPLACE FUNCTION conversations_count_conversation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM billing_count(NEW.owner_id, 0, 0, 0, 1);
        RETURN NEW;
    END $$;
"""


def only_function(statement: str) -> str:
    """Without the trigger, which stays."""
    return statement.split("CREATE TRIGGER")[0].replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
    )


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_preview_channel"), ("billing", "0004_ledger")]
    operations = [
        migrations.RunSQL(COUNT_MESSAGES, only_function(before.COUNT_MESSAGES)),
        migrations.RunSQL(COUNT_CONVERSATIONS, only_function(before.COUNT_CONVERSATIONS)),
    ]
