"""What people and plans from before credits get: plans that nobody has changed give what new ones
do, and everybody has the first month's credits."""

from django.db import migrations

CREDITS = {"free": 10_000, "pro": 100_000, "enterprise": 1_000_000}
OLD_CREDITS = {"free": 0, "pro": 2_000, "enterprise": 50_000}


def give_plans_credits(apps, schema_editor):
    Plan = apps.get_model("billing", "Plan")
    for name, credits in CREDITS.items():
        Plan.objects.filter(name=name, credits_monthly=OLD_CREDITS[name]).update(
            credits_monthly=credits
        )


# What was reserved and settled before counted nothing: all prices were 0.
GIVE_PEOPLE_CREDITS = """
    INSERT INTO billing_creditbalance (owner_id, balance, used, running, tokens_held, updated_at)
    SELECT u.id, coalesce((SELECT sum(amount) FROM billing_creditchange WHERE owner_id = u.id), 0),
        0, 0, 0, now()
    FROM accounts_user u ON CONFLICT DO NOTHING;
    UPDATE billing_subscription s
    SET current_period_start = now(), current_period_end = now() + interval '1 month',
        credits_limit = p.credits_monthly
    FROM billing_plan p WHERE p.id = s.plan_id AND s.current_period_end IS NULL;
    INSERT INTO billing_creditchange (id, owner_id, amount, kind, reason, reference, created_at)
    SELECT gen_random_uuid(), s.user_id, s.credits_limit, 'grant', p.name || ' plan',
        'period:' || to_char(s.current_period_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'),
        clock_timestamp()
    FROM billing_subscription s JOIN billing_plan p ON p.id = s.plan_id WHERE s.credits_limit > 0
    ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_ledger")]
    operations = [
        migrations.RunPython(give_plans_credits, migrations.RunPython.noop),
        migrations.RunSQL(GIVE_PEOPLE_CREDITS, migrations.RunSQL.noop),
    ]
