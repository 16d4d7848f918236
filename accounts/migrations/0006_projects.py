"""Projects, their members, and invitations into them."""

import django.db.models.deletion
import django.db.models.functions.text
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from accounts.operations import OwnerPolicy

# Whose rows a person reaches: their own, and those of the owners of projects they are a member of.
OWNERS = """
    CREATE FUNCTION accounts_owners_of(p_user uuid) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        RETURN array_append(
            ARRAY(SELECT DISTINCT m.owner_id FROM accounts_projectmember m
                  WHERE m.user_id = p_user AND m.owner_id <> p_user), p_user);
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_audit_by_request"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProjectMember",
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
                    "role",
                    models.CharField(
                        choices=[("owner", "owner"), ("editor", "editor"), ("viewer", "viewer")],
                        default="viewer",
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AddField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[("editor", "editor"), ("viewer", "viewer")],
                default="viewer",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Project",
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
                (
                    "description",
                    models.CharField(blank=True, max_length=500, verbose_name="description"),
                ),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="projects",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="invitation",
            name="project",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitations",
                to="accounts.project",
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                django.db.models.functions.text.Lower("email"), name="invitation_email"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["editor", "viewer"])), name="invitation_role"
            ),
        ),
        migrations.AddField(
            model_name="projectmember",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="projectmember",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="accounts.project",
            ),
        ),
        migrations.AddField(
            model_name="projectmember",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                models.F("owner"),
                models.OrderBy(models.F("created_at"), descending=True),
                name="project_owner_created",
            ),
        ),
        migrations.AddIndex(
            model_name="projectmember",
            index=models.Index(models.F("user"), models.F("owner"), name="member_user_owner"),
        ),
        migrations.AddConstraint(
            model_name="projectmember",
            constraint=models.UniqueConstraint(
                fields=("project", "user"), name="member_once_per_project"
            ),
        ),
        migrations.AddConstraint(
            model_name="projectmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "owner"), ("user", models.F("owner"))),
                    models.Q(
                        ("role__in", ["editor", "viewer"]),
                        models.Q(("user", models.F("owner")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="member_role",
            ),
        ),
        OwnerPolicy("Project"),
        OwnerPolicy("ProjectMember"),
        migrations.RunSQL(OWNERS, "DROP FUNCTION accounts_owners_of(uuid)"),
    ]
