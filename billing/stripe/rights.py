"""Who may touch dj-stripe's tables.

They hold customers, cards' last digits and invoices of everybody, and keep no owner of ours. So
the application's role sees nothing of them but a person's own invoices; upkeep does the rest.
"""

from accounts.tenancy import APP_ROLE

_EACH = """
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename LIKE 'djstripe\\_%'
        LOOP
            EXECUTE format('{}', name);
        END LOOP;
    END $$;
"""
CLOSE = _EACH.format(f"REVOKE ALL ON %I FROM {APP_ROLE}")
OPEN = _EACH.format(f"GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO {APP_ROLE}")
OWN_INVOICES = """
    ALTER TABLE djstripe_invoice ENABLE ROW LEVEL SECURITY;
    CREATE POLICY owners ON djstripe_invoice
        USING (customer_id IN (SELECT stripe_customer_id FROM billing_subscription))
        WITH CHECK (customer_id IN (SELECT stripe_customer_id FROM billing_subscription));
    GRANT SELECT ON djstripe_invoice TO kyro_app;
"""
ALL_INVOICES = """
    DROP POLICY owners ON djstripe_invoice;
    ALTER TABLE djstripe_invoice DISABLE ROW LEVEL SECURITY;
"""
