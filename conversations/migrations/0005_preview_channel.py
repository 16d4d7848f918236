"""A channel for what is tried in the live preview of a chatbot's draft."""

from django.db import migrations, models

CHANNELS = ["web", "widget", "api", "openai", "share", "preview"]
AS_BEFORE = "UPDATE conversations_conversation SET channel = 'web' WHERE channel = 'preview'"


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_openai_channel")]
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
                    ("preview", "live preview"),
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
        # Last, so that the way back begins with it: the old constraint knows no such channel.
        migrations.RunSQL(migrations.RunSQL.noop, AS_BEFORE),
    ]
