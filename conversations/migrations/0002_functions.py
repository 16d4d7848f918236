"""Counters kept by the database, and the search over one's own history.

Locks are always taken in the order conversation → daily usage → user, so that many streams of
one person cannot deadlock. Conversation counters fall with deletions; the others never do.
"""

from django.db import migrations

COUNT_MESSAGES = """
    CREATE FUNCTION conversations_count_message() RETURNS trigger
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
        INSERT INTO billing_dailyusage AS daily (user_id, date, tokens_used, messages_sent,
            documents_uploaded, conversations_created)
        VALUES (NEW.owner_id, (now() AT TIME ZONE 'UTC')::date, tokens, sent, 0, 0)
        ON CONFLICT (user_id, date) DO UPDATE SET
            tokens_used = daily.tokens_used + excluded.tokens_used,
            messages_sent = daily.messages_sent + excluded.messages_sent;
        IF tokens > 0 THEN
            UPDATE accounts_user SET total_tokens_used = total_tokens_used + tokens
            WHERE id = NEW.owner_id;
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER count_message
        AFTER INSERT OR DELETE OR UPDATE OF tokens_input, tokens_output ON conversations_message
        FOR EACH ROW EXECUTE FUNCTION conversations_count_message();
"""
COUNT_NO_MESSAGES = """
    DROP TRIGGER count_message ON conversations_message;
    DROP FUNCTION conversations_count_message();
"""

COUNT_CONVERSATIONS = """
    CREATE FUNCTION conversations_count_conversation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO billing_dailyusage AS daily (user_id, date, tokens_used, messages_sent,
            documents_uploaded, conversations_created)
        VALUES (NEW.owner_id, (now() AT TIME ZONE 'UTC')::date, 0, 0, 0, 1)
        ON CONFLICT (user_id, date) DO UPDATE SET
            conversations_created = daily.conversations_created + 1;
        RETURN NEW;
    END $$;
    CREATE TRIGGER count_conversation AFTER INSERT ON conversations_conversation
        FOR EACH ROW EXECUTE FUNCTION conversations_count_conversation();
"""
COUNT_NO_CONVERSATIONS = """
    DROP TRIGGER count_conversation ON conversations_conversation;
    DROP FUNCTION conversations_count_conversation();
"""

# All terms must occur in one message of a conversation this person holds.
HISTORY = """
    CREATE FUNCTION conversations_matching(p_user uuid, p_terms text[], p_limit int)
    RETURNS TABLE (conversation_id uuid, last_match timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    SET plan_cache_mode = force_custom_plan
    AS $$
    DECLARE
        all_terms tsquery;
    BEGIN
        SELECT string_agg(quote_literal(t), ' & ')::tsquery INTO all_terms FROM unnest(p_terms) t;
        RETURN QUERY
            SELECT c.id, max(m.created_at) FROM conversations_message m
            JOIN conversations_conversation c ON c.id = m.conversation_id
            WHERE m.content_tsv @@ all_terms AND m.owner_id = ANY (app_owners())
              AND c.user_id = p_user
            GROUP BY c.id ORDER BY 2 DESC LIMIT p_limit;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial"), ("billing", "0002_functions")]
    operations = [
        migrations.RunSQL(COUNT_MESSAGES, COUNT_NO_MESSAGES),
        migrations.RunSQL(COUNT_CONVERSATIONS, COUNT_NO_CONVERSATIONS),
        migrations.RunSQL(HISTORY, "DROP FUNCTION conversations_matching(uuid, text[], int)"),
    ]
