"""How a person narrows the library down, and what they may change about a document."""

from __future__ import annotations

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models import KINDS, Document, DocumentQuerySet
from documents.uploads import clean_name

MAX_TAGS = 20
SORTS = {
    "": ("-created_at", "-id"),
    "oldest": ("created_at", "id"),
    "name": ("name", "id"),
    "largest": ("-file_size", "-id"),
}
TYPES = [
    ("pdf", "PDF"),
    ("word", _("Word, OpenDocument, RTF")),
    ("slides", "PowerPoint"),
    ("sheet", _("Excel, CSV")),
    ("web", _("Web page")),
    ("book", "EPUB"),
    ("email", _("E-mail")),
    ("json", "JSON"),
    ("markdown", "Markdown"),
    ("text", _("Text")),
]


class LibraryForm(forms.Form):
    """Filters and order of the list; anything it cannot read is ignored, never an error."""

    name = forms.CharField(required=False, max_length=200)
    status = forms.ChoiceField(
        required=False, choices=[("", _("Any status")), *Document.Status.choices]
    )
    type = forms.ChoiceField(required=False, choices=[("", _("Any type")), *TYPES])
    tag = forms.ChoiceField(required=False)
    sort = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("name", _("By name")),
            ("largest", _("Largest first")),
        ],
    )

    def __init__(self, query, *, tags: list[str]) -> None:
        super().__init__(query)
        self.fields["tag"].choices = [("", _("Any tag")), *((tag, tag) for tag in tags)]
        self.is_valid()

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.get(key) for key in ("name", "status", "type", "tag"))

    def apply(self, documents: DocumentQuerySet) -> DocumentQuerySet:
        wanted = self.cleaned_data
        if name := wanted.get("name"):
            documents = documents.filter(Q(name__icontains=name) | Q(title__icontains=name))
        if status := wanted.get("status"):
            documents = documents.filter(status=status)
        if kind := wanted.get("type"):
            documents = documents.filter(mime_type__in=KINDS[kind])
        if tag := wanted.get("tag"):
            documents = documents.filter(tags__contains=[tag])
        return documents.order_by(*SORTS[wanted.get("sort", "")])


class DocumentForm(forms.ModelForm):
    tags = SimpleArrayField(
        forms.CharField(max_length=50),
        label=_("Tags"),
        required=False,
        help_text=_("Separated by commas."),
    )

    class Meta:
        model = Document
        fields = ["title", "name", "tags", "description"]
        help_texts = {"title": _("Shown instead of the file name.")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_tags(self) -> list[str]:
        tags = list(dict.fromkeys(tag.strip() for tag in self.cleaned_data["tags"] if tag.strip()))
        if len(tags) > MAX_TAGS:
            raise forms.ValidationError(_("At most %s tags.") % MAX_TAGS)
        return tags
