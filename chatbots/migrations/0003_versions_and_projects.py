"""What a chatbot is published with, in which project it is, what it may call."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from accounts.operations import OwnerPolicy


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_projects"),
        ("chatbots", "0002_retrieval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="chatbot",
            name="avatar",
            field=models.CharField(blank=True, max_length=8, verbose_name="sign"),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="configuration",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="project",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="chatbots",
                to="accounts.project",
            ),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="strict",
            field=models.BooleanField(
                default=True, verbose_name="answers from the documents alone"
            ),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="suggested_questions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200),
                blank=True,
                default=list,
                size=6,
                verbose_name="suggested questions",
            ),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="tools",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                default=list,
                size=None,
                verbose_name="tools",
            ),
        ),
        migrations.CreateModel(
            name="ChatbotVersion",
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
                ("number", models.PositiveIntegerField()),
                ("behaviour", models.JSONField()),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "chatbot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="chatbots.chatbot",
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
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.AddField(
            model_name="chatbot",
            name="published",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="chatbots.chatbotversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbotversion",
            constraint=models.UniqueConstraint(
                fields=("chatbot", "number"), name="version_number_once_per_chatbot"
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbotversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="version_number"
            ),
        ),
        OwnerPolicy("ChatbotVersion"),
    ]
