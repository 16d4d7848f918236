"""Who has used 80 or 100 % of a limit, and is owed a mail about it: once a limit and period."""

from __future__ import annotations

from accounts import audit, rows
from accounts.models import User

MAIL = "usage.alert"  # what is owed, see billing.alert_mails
PERCENTS = (80, 100)
PREFERENCE = "usage_mail"  # the percents of which a person wants a mail; without it, of both
# Noted whether or not a mail is wanted, so that a switch tells of nothing that is long past.
# Who passed both at once gets one mail.
NOTE = f"""
    WITH standing AS (
        SELECT s.user_id, 'credits' AS name, b.used, s.credits_limit AS allowed,
               coalesce(s.current_period_start, s.created_at) AS since
        FROM billing_creditbalance b JOIN billing_subscription s ON s.user_id = b.owner_id
        WHERE b.updated_at > now() - interval '1 day'
        UNION ALL
        SELECT d.user_id, 'token_limit_daily', d.tokens_used, p.token_limit_daily,
               d.date::timestamp AT TIME ZONE d.zone
        FROM billing_dailyusage d JOIN billing_subscription s USING (user_id)
        JOIN billing_plan p ON p.id = s.plan_id
        WHERE d.date >= current_date - 1 AND d.ends_at > now()
    ), noted AS (
        INSERT INTO billing_usagealert (id, owner_id, "limit", percent, period_start, created_at)
        SELECT gen_random_uuid(), user_id, name, percent, since, now()
        FROM standing CROSS JOIN unnest(%s::int[]) AS percent
        WHERE allowed > 0 AND used * 100 >= allowed * percent
        ON CONFLICT DO NOTHING
        RETURNING id, owner_id, "limit", percent
    ), wanted AS (
        SELECT DISTINCT ON (owner_id, "limit") noted.id, owner_id
        FROM noted JOIN accounts_user person ON person.id = owner_id
        WHERE person.is_active AND person.deleted_at IS NULL
          AND coalesce(person.preferences -> '{PREFERENCE}' @> to_jsonb(percent), true)
        ORDER BY owner_id, "limit", percent DESC
    )
    INSERT INTO accounts_pendingtask
        (id, owner_id, kind, object_id, due_at, attempts, last_error, created_at)
    SELECT gen_random_uuid(), owner_id, '{MAIL}', id, now(), 0, '', now() FROM wanted
    RETURNING object_id
"""  # noqa: S608 – names


def note_passed() -> int:
    """Note who has passed a limit since it was last asked, and owe the mails; returns how many.
    Call it inside system()."""
    return len(rows.every(NOTE, [list(PERCENTS)]))


def wanted_by(user: User) -> list[int]:
    return [
        percent for percent in PERCENTS if percent in user.preferences.get(PREFERENCE, PERCENTS)
    ]


def choose(user: User, percents: list[int]) -> None:
    """Of which percents this person wants a mail."""
    user.preferences[PREFERENCE] = sorted(percents)
    user.save(update_fields=["preferences", "updated_at"])
    audit.record("usage_mail.choose", actor=user, resource=user, metadata={"percents": percents})
