"""The ledger's arithmetic: balances follow changes by a trigger, holds are taken and settled by
one function each, and a day is one of the person's own.

Locks are taken in the order conversation → daily usage → user → balance → visitors' spending.
"""

from importlib import import_module

from django.db import migrations

from accounts.operations import OwnerPolicy, ReadOnly
from accounts.tenancy import APP_ROLE

SUBSCRIBE = import_module("billing.migrations.0002_functions").SUBSCRIBE

# A name that Python knows and this PostgreSQL does not must stop nobody.
ZONE = """
    CREATE FUNCTION billing_zone(p_name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
    BEGIN
        PERFORM now() AT TIME ZONE p_name;
        RETURN p_name;
    EXCEPTION WHEN invalid_parameter_value THEN
        RETURN 'UTC';
    END $$
"""

# The day that counts now. A day that has begun keeps its zone to its end; no date comes twice, so
# changing zones gives nobody a second allowance.
TODAY = """
    CREATE FUNCTION billing_today(
        p_user uuid,
        OUT day date, OUT zone text, OUT ends_at timestamptz, OUT resets_at timestamptz
    ) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        wanted text;
    BEGIN
        SELECT u.timezone INTO wanted FROM accounts_user u WHERE u.id = p_user;
        SELECT d.date, d.zone, d.ends_at INTO day, zone, ends_at
        FROM billing_dailyusage d WHERE d.user_id = p_user ORDER BY d.date DESC LIMIT 1;
        IF ends_at IS NULL OR ends_at <= now() THEN
            zone := billing_zone(coalesce(wanted, 'UTC'));
            day := greatest((now() AT TIME ZONE zone)::date, day);
            ends_at := (day + 1)::timestamp AT TIME ZONE zone;
        END IF;
        resets_at := ends_at;
        IF zone <> wanted THEN
            wanted := billing_zone(wanted);
            IF (ends_at AT TIME ZONE wanted)::date <= day THEN
                resets_at := (day + 1)::timestamp AT TIME ZONE wanted;
            END IF;
        END IF;
    END $$
"""

# For the triggers that count. Daily usage never falls.
COUNT = """
    CREATE FUNCTION billing_count(
        p_user uuid, p_tokens bigint, p_messages int, p_documents int, p_conversations int
    ) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        INSERT INTO billing_dailyusage AS daily (user_id, date, zone, ends_at, tokens_used,
            messages_sent, documents_uploaded, conversations_created)
        SELECT p_user, t.day, t.zone, t.ends_at, p_tokens, p_messages, p_documents, p_conversations
        FROM billing_today(p_user) t
        ON CONFLICT (user_id, date) DO UPDATE SET
            zone = excluded.zone, ends_at = excluded.ends_at,
            tokens_used = daily.tokens_used + excluded.tokens_used,
            messages_sent = daily.messages_sent + excluded.messages_sent,
            documents_uploaded = daily.documents_uploaded + excluded.documents_uploaded,
            conversations_created = daily.conversations_created + excluded.conversations_created;
    $$;
    REVOKE ALL ON FUNCTION billing_count(uuid, bigint, int, int, int) FROM PUBLIC;
"""

# What is reserved counts as used, and what is given back of it does not.
APPLY = """
    CREATE FUNCTION billing_apply_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        UPDATE billing_creditbalance
        SET balance = balance + NEW.amount,
            used = CASE WHEN NEW.kind IN ('reserve', 'settle', 'refund')
                   THEN greatest(0, used - NEW.amount) ELSE used END,
            updated_at = now()
        WHERE owner_id = NEW.owner_id;
        RETURN NEW;
    END $$;
    CREATE TRIGGER apply_change AFTER INSERT ON billing_creditchange
        FOR EACH ROW EXECUTE FUNCTION billing_apply_change();
"""
APPLY_NOT = """
    DROP TRIGGER apply_change ON billing_creditchange;
    DROP FUNCTION billing_apply_change();
"""

# NULL when it is held, else the limit that is in the way. Who comes second waits at the balance
# row for the first one's commit, and each statement after it sees what was committed until then.
RESERVE = """
    CREATE FUNCTION billing_reserve(
        p_owner uuid, p_reservation uuid, p_change uuid, p_maximum bigint, p_tokens bigint,
        p_price jsonb, p_reason text, p_hold interval, p_chatbot uuid, p_cap bigint
    ) RETURNS text LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
    DECLARE
        plan billing_plan;
        held billing_creditbalance;
        today date := NULL;
        tokens_left bigint := NULL;
        spent bigint;
    BEGIN
        SELECT p.* INTO plan FROM billing_subscription s JOIN billing_plan p ON p.id = s.plan_id
        WHERE s.user_id = p_owner;
        SELECT b.* INTO held FROM billing_creditbalance b WHERE b.owner_id = p_owner FOR UPDATE;
        IF held.running >= plan.session_limit THEN
            RETURN 'session_limit';
        END IF;
        IF plan.token_limit_daily IS NOT NULL THEN
            SELECT plan.token_limit_daily - coalesce(d.tokens_used, 0) - held.tokens_held
            INTO tokens_left
            FROM billing_today(p_owner) t
            LEFT JOIN billing_dailyusage d ON d.user_id = p_owner AND d.date = t.day;
            IF tokens_left <= 0 THEN
                RETURN 'token_limit_daily';
            END IF;
        END IF;
        IF held.balance IS NULL OR held.balance < p_maximum THEN
            RETURN 'credits';
        END IF;
        IF p_cap IS NOT NULL THEN
            SELECT t.day INTO today FROM billing_today(p_owner) t;
            INSERT INTO billing_visitorspending AS v (owner_id, chatbot_id, date, credits)
            VALUES (p_owner, p_chatbot, today, p_maximum)
            ON CONFLICT (owner_id, chatbot_id, date) DO UPDATE SET credits = v.credits + p_maximum
            RETURNING v.credits INTO spent;
            IF spent > p_cap THEN
                UPDATE billing_visitorspending SET credits = credits - p_maximum
                WHERE owner_id = p_owner AND chatbot_id = p_chatbot AND date = today;
                RETURN 'visitor_credits_daily';
            END IF;
        END IF;
        INSERT INTO billing_reservation
            (id, owner_id, maximum, tokens, price, state, chatbot_id, day, expires_at,
             created_at, updated_at)
        VALUES (p_reservation, p_owner, p_maximum, least(p_tokens, tokens_left), p_price, 'held',
            CASE WHEN p_cap IS NOT NULL THEN p_chatbot END, today, now() + p_hold, now(), now());
        INSERT INTO billing_creditchange
            (id, owner_id, amount, kind, reservation_id, reason, reference, created_at)
        VALUES (p_change, p_owner, -p_maximum, 'reserve', p_reservation, p_reason, '',
            clock_timestamp());
        UPDATE billing_creditbalance
        SET running = running + 1, tokens_held = tokens_held + least(p_tokens, tokens_left)
        WHERE owner_id = p_owner;
        RETURN NULL;
    END $$
"""

# How many of the day's tokens are held in the end, p_wanted at most; null once it is settled.
HOLD_TOKENS = """
    CREATE FUNCTION billing_hold_tokens(p_reservation uuid, p_wanted bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
    DECLARE
        held billing_reservation;
        tokens_left bigint;
    BEGIN
        SELECT r.* INTO held FROM billing_reservation r
        WHERE r.id = p_reservation AND r.state = 'held' FOR UPDATE;
        IF held.id IS NULL OR held.tokens >= p_wanted THEN
            RETURN held.tokens;
        END IF;
        PERFORM FROM billing_creditbalance WHERE owner_id = held.owner_id FOR UPDATE;
        SELECT p.token_limit_daily - coalesce(d.tokens_used, 0) - b.tokens_held INTO tokens_left
        FROM billing_subscription s
        JOIN billing_plan p ON p.id = s.plan_id
        JOIN billing_creditbalance b ON b.owner_id = s.user_id
        CROSS JOIN billing_today(held.owner_id) t
        LEFT JOIN billing_dailyusage d ON d.user_id = s.user_id AND d.date = t.day
        WHERE s.user_id = held.owner_id;
        p_wanted := held.tokens + greatest(0, least(p_wanted - held.tokens, tokens_left));
        UPDATE billing_reservation SET tokens = p_wanted, updated_at = now()
        WHERE id = p_reservation;
        UPDATE billing_creditbalance SET tokens_held = tokens_held + p_wanted - held.tokens
        WHERE owner_id = held.owner_id;
        RETURN p_wanted;
    END $$
"""

# False when it was settled before: whoever comes second waits for the first one's commit.
SETTLE = """
    CREATE FUNCTION billing_settle(
        p_reservation uuid, p_actual bigint, p_change uuid, p_reason text
    ) RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
    DECLARE
        done billing_reservation;
    BEGIN
        UPDATE billing_reservation
        SET actual = least(p_actual, maximum), state = 'settled', updated_at = now()
        WHERE id = p_reservation AND state = 'held' RETURNING * INTO done;
        IF done.id IS NULL THEN
            RETURN false;
        END IF;
        INSERT INTO billing_creditchange
            (id, owner_id, amount, kind, reservation_id, reason, reference, created_at)
        VALUES (p_change, done.owner_id, done.maximum - done.actual, 'settle', done.id, p_reason,
            '', clock_timestamp());
        UPDATE billing_creditbalance
        SET running = greatest(0, running - 1),
            tokens_held = greatest(0, tokens_held - done.tokens)
        WHERE owner_id = done.owner_id;
        IF done.chatbot_id IS NOT NULL THEN
            UPDATE billing_visitorspending
            SET credits = greatest(0, credits - done.maximum + done.actual)
            WHERE owner_id = done.owner_id AND chatbot_id = done.chatbot_id AND date = done.day;
        END IF;
        RETURN true;
    END $$
"""

# A period without Stripe is a month from sign-up.
SUBSCRIBE_WITH_CREDITS = """
    CREATE OR REPLACE FUNCTION billing_subscribe() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        free billing_plan;
    BEGIN
        SELECT p.* INTO free FROM billing_plan p WHERE p.name = 'free';
        IF free.id IS NULL THEN
            RETURN NEW;
        END IF;
        INSERT INTO billing_subscription
            (id, user_id, plan_id, status, credits_limit, cancel_at_period_end, had_trial,
             current_period_start, current_period_end, created_at, updated_at)
        VALUES (gen_random_uuid(), NEW.id, free.id, 'active', free.credits_monthly, false, false,
            now(), now() + interval '1 month', now(), now());
        INSERT INTO billing_creditbalance (owner_id, balance, used, running, tokens_held, updated_at)
        VALUES (NEW.id, 0, 0, 0, 0, now());
        IF free.credits_monthly > 0 THEN
            INSERT INTO billing_creditchange
                (id, owner_id, amount, kind, reason, reference, created_at)
            VALUES (gen_random_uuid(), NEW.id, free.credits_monthly, 'grant', 'free plan',
                'period:' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'),
                clock_timestamp());
        END IF;
        RETURN NEW;
    END $$;
"""
SUBSCRIBE_BEFORE = (
    """
    DROP TRIGGER subscribe ON accounts_user;
    DROP FUNCTION billing_subscribe();
"""
    + SUBSCRIBE
)

PRICES_CLOSE_ONLY = """
    CREATE FUNCTION billing_close_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.valid_until IS NOT NULL
            OR (to_jsonb(NEW) - 'valid_until') <> (to_jsonb(OLD) - 'valid_until') THEN
            RAISE EXCEPTION 'A price rule is closed and followed by another, never edited.'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER close_only BEFORE UPDATE ON billing_pricerule
        FOR EACH ROW EXECUTE FUNCTION billing_close_only();
"""
PRICES_OPEN = """
    DROP TRIGGER close_only ON billing_pricerule;
    DROP FUNCTION billing_close_only();
"""

# The balance itself is the trigger's.
HOT_COLUMNS = f"""
    REVOKE INSERT, UPDATE, DELETE ON billing_creditbalance FROM {APP_ROLE};
    GRANT UPDATE (running, tokens_held) ON billing_creditbalance TO {APP_ROLE};
"""
ALL_COLUMNS = f"""
    GRANT INSERT, UPDATE, DELETE ON billing_creditbalance TO {APP_ROLE};
"""

# Days so far were UTC's.
DAYS = "UPDATE billing_dailyusage SET ends_at = (date + 1)::timestamp AT TIME ZONE 'UTC'"


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_plans_and_ledger"), ("accounts", "0006_projects")]
    operations = [
        OwnerPolicy("CreditBalance"),
        OwnerPolicy("VisitorSpending"),
        OwnerPolicy("UsageAlert"),
        ReadOnly("CreditPack"),
        ReadOnly("PriceRule"),
        migrations.RunSQL(HOT_COLUMNS, ALL_COLUMNS),
        migrations.RunSQL(DAYS, migrations.RunSQL.noop),
        migrations.RunSQL(ZONE, "DROP FUNCTION billing_zone(text)"),
        migrations.RunSQL(TODAY, "DROP FUNCTION billing_today(uuid)"),
        migrations.RunSQL(COUNT, "DROP FUNCTION billing_count(uuid, bigint, int, int, int)"),
        migrations.RunSQL(APPLY, APPLY_NOT),
        migrations.RunSQL(
            RESERVE,
            "DROP FUNCTION billing_reserve(uuid, uuid, uuid, bigint, bigint, jsonb, text,"
            " interval, uuid, bigint)",
        ),
        migrations.RunSQL(HOLD_TOKENS, "DROP FUNCTION billing_hold_tokens(uuid, bigint)"),
        migrations.RunSQL(SETTLE, "DROP FUNCTION billing_settle(uuid, bigint, uuid, text)"),
        migrations.RunSQL(SUBSCRIBE_WITH_CREDITS, SUBSCRIBE_BEFORE),
        migrations.RunSQL(PRICES_CLOSE_ONLY, PRICES_OPEN),
    ]
