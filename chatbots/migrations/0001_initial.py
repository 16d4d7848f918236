import django.core.validators
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from accounts.operations import OwnerPolicy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chatbot",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="address")),
                (
                    "description",
                    models.CharField(blank=True, max_length=500, verbose_name="description"),
                ),
                (
                    "welcome_message",
                    models.CharField(
                        blank=True,
                        default="Hi! How can I help you today?",
                        max_length=500,
                        verbose_name="welcome message",
                    ),
                ),
                (
                    "system_prompt",
                    models.TextField(blank=True, max_length=20000, verbose_name="system prompt"),
                ),
                ("model", models.CharField(blank=True, max_length=120, verbose_name="model")),
                (
                    "temperature",
                    models.FloatField(
                        default=0.7,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(2),
                        ],
                        verbose_name="temperature",
                    ),
                ),
                (
                    "max_tokens",
                    models.PositiveIntegerField(
                        default=1024,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(32000),
                        ],
                        verbose_name="longest answer (tokens)",
                    ),
                ),
                (
                    "reads_library",
                    models.BooleanField(default=True, verbose_name="reads the whole library"),
                ),
                (
                    "top_k",
                    models.PositiveSmallIntegerField(
                        default=8,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="passages to read",
                    ),
                ),
                (
                    "refusal_text",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="when nothing is found"
                    ),
                ),
                ("is_public", models.BooleanField(default=False, verbose_name="public")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("inactive", "inactive"),
                            ("training", "training"),
                            ("error", "error"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chatbots",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChatbotDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "chatbot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="chatbots.chatbot"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="documents.document"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="chatbot",
            name="documents",
            field=models.ManyToManyField(
                blank=True,
                through="chatbots.ChatbotDocument",
                to="documents.document",
                verbose_name="documents",
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbotdocument",
            constraint=models.UniqueConstraint(
                fields=("chatbot", "document"), name="chatbotdocument_once"
            ),
        ),
        migrations.AddIndex(
            model_name="chatbot",
            index=models.Index(
                models.F("owner"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="chatbot_owner_new",
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbot",
            constraint=models.CheckConstraint(
                condition=models.Q(("temperature__gte", 0), ("temperature__lte", 2)),
                name="chatbot_temperature",
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbot",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_tokens__gte", 1)), name="chatbot_max_tokens"
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbot",
            constraint=models.CheckConstraint(
                condition=models.Q(("top_k__gte", 1), ("top_k__lte", 50)), name="chatbot_top_k"
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbot",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "inactive", "training", "error"])),
                name="chatbot_status",
            ),
        ),
        OwnerPolicy("Chatbot"),
        OwnerPolicy("ChatbotDocument"),
    ]
