"""Every person has exactly one subscription, free from sign-up on; User.tier follows it."""

from django.db import migrations

SUBSCRIBE = """
    CREATE FUNCTION billing_subscribe() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO billing_subscription
            (id, user_id, plan_id, status, credits_used, credits_limit, created_at, updated_at)
        SELECT gen_random_uuid(), NEW.id, p.id, 'active', 0, p.credits_monthly, now(), now()
        FROM billing_plan p WHERE p.name = 'free';
        RETURN NEW;
    END $$;
    CREATE TRIGGER subscribe AFTER INSERT ON accounts_user
        FOR EACH ROW EXECUTE FUNCTION billing_subscribe();
"""
UNSUBSCRIBE = """
    DROP TRIGGER subscribe ON accounts_user;
    DROP FUNCTION billing_subscribe();
"""

TIER = """
    CREATE FUNCTION billing_set_tier() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        UPDATE accounts_user u SET tier = p.name
        FROM billing_plan p WHERE u.id = NEW.user_id AND p.id = NEW.plan_id AND u.tier <> p.name;
        RETURN NEW;
    END $$;
    CREATE TRIGGER tier AFTER INSERT OR UPDATE OF plan_id ON billing_subscription
        FOR EACH ROW EXECUTE FUNCTION billing_set_tier();
"""
NO_TIER = """
    DROP TRIGGER tier ON billing_subscription;
    DROP FUNCTION billing_set_tier();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("accounts", "0002_functions")]
    operations = [
        migrations.RunSQL(SUBSCRIBE, UNSUBSCRIBE),
        migrations.RunSQL(TIER, NO_TIER),
    ]
