from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chatbots", "0003_versions_and_projects"),
    ]

    operations = [
        migrations.AddField(
            model_name="chatbot",
            name="visitor_credits_daily",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="credits a day for others than you"
            ),
        ),
    ]
