from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, Role

ROLES = [
    (Role.VIEWER, _("Viewer – reads documents, asks chatbots")),
    (Role.EDITOR, _("Editor – changes documents and chatbots too")),
]


class ProjectForm(forms.ModelForm):
    class Meta:
        model = Project
        fields = ["name", "description"]
        labels = {"name": _("Name"), "description": _("Description")}
        help_texts = {"description": _("What is in it, and for whom.")}


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=Role.VIEWER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLES)
