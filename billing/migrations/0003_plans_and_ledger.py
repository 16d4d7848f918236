import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_projects"),
        ("billing", "0002_functions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditBalance",
            fields=[
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="credit_balance",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("balance", models.BigIntegerField(default=0)),
                ("used", models.BigIntegerField(default=0)),
                ("running", models.IntegerField(default=0)),
                ("tokens_held", models.BigIntegerField(default=0)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="CreditPack",
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
                ("name", models.CharField(max_length=60, unique=True)),
                ("credits", models.PositiveIntegerField()),
                ("price", models.DecimalField(decimal_places=2, max_digits=10)),
                ("currency", models.CharField(default="usd", max_length=3)),
                (
                    "stripe_price_id",
                    models.CharField(blank=True, max_length=255, null=True, unique=True),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["price", "name"],
            },
        ),
        migrations.CreateModel(
            name="PriceRule",
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
                ("model", models.CharField(blank=True, max_length=120)),
                (
                    "kind",
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
                (
                    "credits_request",
                    models.PositiveIntegerField(default=0, verbose_name="credits per request"),
                ),
                (
                    "credits_input",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        max_digits=12,
                        verbose_name="credits per 1,000 tokens read",
                    ),
                ),
                (
                    "credits_output",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        max_digits=12,
                        verbose_name="credits per 1,000 tokens written",
                    ),
                ),
                ("currency", models.CharField(default="usd", max_length=3)),
                (
                    "cost_input",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        max_digits=12,
                        verbose_name="cost per million tokens read",
                    ),
                ),
                (
                    "cost_output",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        max_digits=12,
                        verbose_name="cost per million tokens written",
                    ),
                ),
                ("valid_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["kind", "model", "-valid_from"],
            },
        ),
        migrations.CreateModel(
            name="UsageAlert",
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
                    "limit",
                    models.CharField(
                        choices=[("credits", "credits"), ("token_limit_daily", "tokens a day")],
                        max_length=30,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField()),
                ("period_start", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="VisitorSpending",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("chatbot_id", models.UUIDField()),
                ("date", models.DateField()),
                ("credits", models.BigIntegerField(default=0)),
            ],
            options={
                "ordering": ["-date"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="subscription",
            name="subscription_credits_positive",
        ),
        migrations.RemoveField(
            model_name="subscription",
            name="credits_used",
        ),
        migrations.AddField(
            model_name="creditchange",
            name="actor_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="creditchange",
            name="reference",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="dailyusage",
            name="ends_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dailyusage",
            name="zone",
            field=models.CharField(default="UTC", max_length=64),
        ),
        migrations.AddField(
            model_name="plan",
            name="attachment_limit",
            field=models.IntegerField(
                blank=True, null=True, verbose_name="documents per conversation"
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="currency",
            field=models.CharField(default="usd", max_length=3),
        ),
        migrations.AddField(
            model_name="plan",
            name="trial_days",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="reservation",
            name="chatbot_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reservation",
            name="day",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reservation",
            name="price",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="reservation",
            name="tokens",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="subscription",
            name="cancel_at_period_end",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="subscription",
            name="grace_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="had_trial",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="subscription",
            name="synced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="trial_end",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="plan",
            name="session_limit",
            field=models.IntegerField(
                blank=True, null=True, verbose_name="conversations answering at once"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("owner", "reference"),
                name="creditchange_once_per_reference",
            ),
        ),
        migrations.AddIndex(
            model_name="creditbalance",
            index=models.Index(models.F("updated_at"), name="creditbalance_updated"),
        ),
        migrations.AddConstraint(
            model_name="creditbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("balance__gte", 0),
                    ("running__gte", 0),
                    ("tokens_held__gte", 0),
                    ("used__gte", 0),
                ),
                name="creditbalance_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditpack",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits__gt", 0), ("price__gte", 0)),
                name="creditpack_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricerule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_until__isnull", True)),
                fields=("model", "kind"),
                name="pricerule_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["chat", "rag", "embedding", "tool", "image", "workflow", "prediction"],
                    )
                ),
                name="pricerule_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost_input__gte", 0),
                    ("cost_output__gte", 0),
                    ("credits_input__gte", 0),
                    ("credits_output__gte", 0),
                ),
                name="pricerule_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="pricerule_ends_later",
            ),
        ),
        migrations.AddField(
            model_name="usagealert",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="visitorspending",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="usagealert",
            constraint=models.UniqueConstraint(
                fields=("owner", "limit", "percent", "period_start"), name="usagealert_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="visitorspending",
            constraint=models.UniqueConstraint(
                fields=("owner", "chatbot_id", "date"), name="visitorspending_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="visitorspending",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits__gte", 0)), name="visitorspending_positive"
            ),
        ),
    ]
