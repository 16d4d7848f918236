"""Looking up a key before any scope exists, and the chain of the audit log."""

from django.db import migrations

FIND_KEY = """
    CREATE FUNCTION accounts_find_key(p_hash text) RETURNS SETOF accounts_apikey
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        UPDATE accounts_apikey SET last_used_at = now()
        WHERE key_hash = p_hash AND is_active
          AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
        RETURN QUERY
            SELECT * FROM accounts_apikey
            WHERE key_hash = p_hash AND is_active AND (expires_at IS NULL OR expires_at > now());
    END $$
"""

# One writer per owner at a time, so that each row can name the digest of the one before it. The
# time is that of the append, but within the month the row was routed to a partition by.
CHAIN_AUDIT = """
    CREATE FUNCTION accounts_chain_audit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.owner_id::text, 7));
        NEW.created_at := least(clock_timestamp(),
            date_trunc('month', NEW.created_at, 'UTC') + interval '1 month - 1 microsecond');
        SELECT digest INTO NEW.previous_digest FROM accounts_auditlog
        WHERE owner_id = NEW.owner_id ORDER BY created_at DESC, id DESC LIMIT 1;
        NEW.previous_digest := coalesce(NEW.previous_digest, '');
        NEW.digest := encode(sha256(convert_to(concat_ws(E'\\x1f',
            NEW.previous_digest, NEW.id, NEW.owner_id, coalesce(NEW.actor_id::text, ''),
            NEW.action, NEW.resource_type, coalesce(NEW.resource_id::text, ''),
            NEW.metadata, NEW.request_id, NEW.person_digest,
            extract(epoch FROM NEW.created_at)), 'UTF8')), 'hex');
        RETURN NEW;
    END $$;
    CREATE TRIGGER chain BEFORE INSERT ON accounts_auditlog
        FOR EACH ROW EXECUTE FUNCTION accounts_chain_audit();
"""
UNCHAIN_AUDIT = """
    DROP TRIGGER chain ON accounts_auditlog;
    DROP FUNCTION accounts_chain_audit();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunSQL(FIND_KEY, "DROP FUNCTION accounts_find_key(text)"),
        migrations.RunSQL(CHAIN_AUDIT, UNCHAIN_AUDIT),
    ]
