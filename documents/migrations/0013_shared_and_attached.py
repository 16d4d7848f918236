"""Documents of projects, and passages that only a search which names their document may find."""

from importlib import import_module

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from accounts.operations import OwnerPolicy

lexical = import_module("documents.migrations.0009_lexical")
fitting = import_module("documents.migrations.0012_fitting")


def again(function: str) -> str:
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


LEGS = lexical.LEGS.replace(
    f"(p_documents IS NULL OR {lexical.AMONG})",
    f"CASE WHEN p_documents IS NULL THEN NOT c.attached ELSE {lexical.AMONG} END",
)
SEARCH = lexical.SEARCH.replace(
    lexical.SCAN.format(among=""), lexical.SCAN.format(among="AND NOT c.attached")
)
FITTING = fitting.FITTING.replace(
    "(p_chosen IS NULL OR d.id = ANY (p_chosen))",
    "CASE WHEN p_chosen IS NULL THEN d.kind = 'library' ELSE d.id = ANY (p_chosen) END",
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_projects"),
        ("documents", "0012_fitting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="documentchunk",
            name="attached",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="ProjectDocument",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="project_documents",
                        to="documents.document",
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
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="project_documents",
                        to="accounts.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "document"), name="document_once_per_project"
                    )
                ],
            },
        ),
        OwnerPolicy("ProjectDocument"),
        migrations.RunSQL(again(LEGS), again(lexical.LEGS)),
        migrations.RunSQL(again(SEARCH), again(lexical.SEARCH)),
        migrations.RunSQL(again(FITTING), again(fitting.FITTING)),
    ]
