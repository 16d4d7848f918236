"""Conversations of the OpenAI-compatible endpoint, which the history of pages leaves out."""

from django.db import migrations, models

CHANNELS = ["web", "widget", "api", "openai", "share"]
AS_BEFORE = "UPDATE conversations_conversation SET channel = 'api' WHERE channel = 'openai'"


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_shared_and_attached")]
    operations = [
        migrations.RemoveConstraint("conversation", "conversation_channel"),
        migrations.AlterField(
            "conversation",
            "channel",
            models.CharField(
                choices=[
                    ("web", "web"),
                    ("widget", "widget"),
                    ("api", "API"),
                    ("openai", "OpenAI-compatible API"),
                    ("share", "share link"),
                ],
                default="web",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "conversation",
            models.CheckConstraint(
                condition=models.Q(channel__in=CHANNELS), name="conversation_channel"
            ),
        ),
        migrations.AddIndex(
            "conversation",
            models.Index(
                "user",
                models.F("last_message_at").desc(),
                name="conversation_history",
                condition=~models.Q(channel="openai"),
            ),
        ),
        # Last, so that the way back begins with it: the old constraint knows no such channel.
        migrations.RunSQL(migrations.RunSQL.noop, AS_BEFORE),
    ]
