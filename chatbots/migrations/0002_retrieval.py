"""How a chatbot searches: by meaning, words or both, how weighed, from which score on."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chatbots", "0001_initial"),
        ("documents", "0011_without_full_text"),
    ]

    operations = [
        migrations.AddField(
            model_name="chatbot",
            name="meaning",
            field=models.FloatField(
                default=0.5,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1),
                ],
                verbose_name="weight of meaning against words",
            ),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="minimum_score",
            field=models.FloatField(
                default=0,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1),
                ],
                verbose_name="leave out passages below this part of the best score",
            ),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="rerank_model",
            field=models.CharField(blank=True, max_length=120, verbose_name="reranking model"),
        ),
        migrations.AddField(
            model_name="chatbot",
            name="search_mode",
            field=models.CharField(
                choices=[("hybrid", "meaning and words"), ("vector", "meaning"), ("text", "words")],
                default="hybrid",
                max_length=10,
                verbose_name="search by",
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbot",
            constraint=models.CheckConstraint(
                condition=models.Q(("search_mode__in", ["hybrid", "vector", "text"])),
                name="chatbot_search_mode",
            ),
        ),
        migrations.AddConstraint(
            model_name="chatbot",
            constraint=models.CheckConstraint(
                condition=models.Q(("meaning__range", (0, 1)), ("minimum_score__range", (0, 1))),
                name="chatbot_search_weights",
            ),
        ),
    ]
