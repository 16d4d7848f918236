import django.db.models.deletion
import django.db.models.functions.datetime
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from accounts.operations import AppendOnly, OwnerPolicy, PartitionByMonth, ReadOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=20, unique=True)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("price_monthly", models.DecimalField(decimal_places=2, default=0, max_digits=10)),
                (
                    "stripe_price_id",
                    models.CharField(blank=True, max_length=255, null=True, unique=True),
                ),
                ("token_limit_daily", models.BigIntegerField(blank=True, null=True)),
                ("document_limit", models.IntegerField(blank=True, null=True)),
                (
                    "storage_limit",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="storage limit (bytes)"
                    ),
                ),
                ("session_limit", models.IntegerField(blank=True, null=True)),
                ("member_limit", models.IntegerField(blank=True, null=True)),
                ("credits_monthly", models.IntegerField(default=0)),
                ("features", models.JSONField(blank=True, default=dict)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["price_monthly", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price_monthly__gte", 0)), name="plan_price_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("maximum", models.BigIntegerField()),
                ("actual", models.BigIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "held"),
                            ("settled", "settled"),
                            ("released", "released"),
                        ],
                        default="held",
                        max_length=10,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CreditChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("grant", "grant"),
                            ("reserve", "reserve"),
                            ("settle", "settle"),
                            ("refund", "refund"),
                            ("expire", "expire"),
                            ("top_up", "top-up"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="billing.reservation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("trialing", "trialing"),
                            ("active", "active"),
                            ("past_due", "past due"),
                            ("paused", "paused"),
                            ("canceled", "canceled"),
                            ("expired", "expired"),
                        ],
                        default="active",
                        max_length=20,
                    ),
                ),
                ("current_period_start", models.DateTimeField(blank=True, null=True)),
                ("current_period_end", models.DateTimeField(blank=True, null=True)),
                ("credits_used", models.BigIntegerField(default=0)),
                ("credits_limit", models.BigIntegerField(default=0)),
                (
                    "stripe_subscription_id",
                    models.CharField(blank=True, max_length=255, null=True, unique=True),
                ),
                (
                    "stripe_customer_id",
                    models.CharField(blank=True, max_length=255, null=True, unique=True),
                ),
                ("canceled_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to="billing.plan",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscription",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UsageRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("user_id", models.UUIDField()),
                (
                    "request_type",
                    models.CharField(
                        choices=[
                            ("chat", "chat"),
                            ("rag", "answer from documents"),
                            ("embedding", "embedding"),
                            ("tool", "tool"),
                            ("image", "image"),
                            ("workflow", "workflow"),
                            ("prediction", "prediction"),
                        ],
                        max_length=20,
                    ),
                ),
                ("model", models.CharField(max_length=120)),
                ("tokens_input", models.BigIntegerField(default=0)),
                ("tokens_output", models.BigIntegerField(default=0)),
                ("exact", models.BooleanField(default=False)),
                ("price", models.JSONField(default=dict)),
                ("credits_used", models.BigIntegerField(default=0)),
                ("latency_ms", models.IntegerField(null=True)),
                ("chatbot_id", models.UUIDField(null=True)),
                ("conversation_id", models.UUIDField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credits_used__gte", 0),
                            ("tokens_input__gte", 0),
                            ("tokens_output__gte", 0),
                        ),
                        name="usage_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "request_type__in",
                                [
                                    "chat",
                                    "rag",
                                    "embedding",
                                    "tool",
                                    "image",
                                    "workflow",
                                    "prediction",
                                ],
                            )
                        ),
                        name="usage_request_type",
                    ),
                ],
            },
        ),
        PartitionByMonth("UsageRecord"),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(
                models.F("user_id"),
                models.OrderBy(models.F("created_at"), descending=True),
                name="usage_user_created",
            ),
        ),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(
                models.F("user_id"), models.F("request_type"), name="usage_user_type"
            ),
        ),
        migrations.CreateModel(
            name="DailyUsage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("date", models.DateField(db_index=True)),
                ("tokens_used", models.BigIntegerField(default=0)),
                ("messages_sent", models.IntegerField(default=0)),
                ("documents_uploaded", models.IntegerField(default=0)),
                ("conversations_created", models.IntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-date"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "date"), name="dailyusage_once_a_day")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                models.F("expires_at"),
                condition=models.Q(("state", "held")),
                name="reservation_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("maximum__gte", 0)), name="reservation_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("actual__isnull", True),
                    models.Q(("actual__gte", 0), ("actual__lte", models.F("maximum"))),
                    _connector="OR",
                ),
                name="reservation_within_maximum",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["held", "settled", "released"])),
                name="reservation_state",
            ),
        ),
        migrations.AddIndex(
            model_name="creditchange",
            index=models.Index(
                models.F("owner"),
                models.OrderBy(models.F("created_at"), descending=True),
                name="creditchange_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["grant", "reserve", "settle", "refund", "expire", "top_up"])
                ),
                name="creditchange_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditchange",
            constraint=models.UniqueConstraint(
                fields=("reservation", "kind"), name="creditchange_once_per_reservation"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["trialing", "active", "past_due", "paused", "canceled", "expired"],
                    )
                ),
                name="subscription_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits_used__gte", 0)), name="subscription_credits_positive"
            ),
        ),
        OwnerPolicy("Subscription", column="user_id"),
        OwnerPolicy("UsageRecord", column="user_id"),
        OwnerPolicy("DailyUsage", column="user_id"),
        OwnerPolicy("Reservation"),
        OwnerPolicy("CreditChange"),
        AppendOnly("UsageRecord"),
        ReadOnly("Plan"),
        AppendOnly("CreditChange"),
    ]
