"""How a person adds to the library, narrows it down and changes what a document is called."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.sharing.refusals import SharingRefused
from billing.limits import QuotaExceeded
from documents.addresses import add_address
from documents.filters import Filters, first_moment, last_moment
from documents.models import Document, DocumentQuerySet
from documents.sharing import Added, add_to
from documents.uploads import MAX_PASTED, UploadRefused, add_text, clean_name
from outbound.addresses import MAX_LENGTH

MAX_TAGS = 20
CHOSEN = ("tag", "type", "language")
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
    ("picture", _("Picture")),
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
    project = forms.ChoiceField(required=False)  # the view's: it decides whose documents these are
    tag = forms.ChoiceField(required=False)
    language = forms.CharField(required=False, max_length=3)
    added_from = forms.DateField(required=False)
    added_to = forms.DateField(required=False)
    sort = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("name", _("By name")),
            ("largest", _("Largest first")),
        ],
    )

    def __init__(self, query, *, tags: list[str], projects: Iterable[Project] = ()) -> None:
        super().__init__(query)
        named = [(str(project.pk), project.name) for project in projects]
        self.fields["project"].choices = [("", _("My library")), *named]
        self.fields["tag"].choices = [("", _("Any tag")), *((tag, tag) for tag in tags)]
        self.is_valid()

    @property
    def narrows(self) -> bool:
        narrowing = bool(self.cleaned_data.get("name") or self.cleaned_data.get("status"))
        return narrowing or bool(self.filters())

    @property
    def all_url(self) -> str:
        """The same documents without these filters."""
        project = self.cleaned_data.get("project")
        return reverse("documents:list") + (f"?project={project}" if project else "")

    def filters(self) -> Filters:
        """In the time zone in force."""
        one = {key: (self.cleaned_data[key],) for key in CHOSEN if self.cleaned_data.get(key)}
        return Filters(
            tags=one.get("tag", ()),
            types=one.get("type", ()),
            languages=one.get("language", ()),
            added_from=first_moment(self.cleaned_data.get("added_from")),
            added_to=last_moment(self.cleaned_data.get("added_to")),
        )

    def apply(self, documents: DocumentQuerySet) -> DocumentQuerySet:
        wanted = self.cleaned_data
        if name := wanted.get("name"):
            documents = documents.named(name)
        if status := wanted.get("status"):
            documents = documents.filter(status=status)
        return documents.fitting(self.filters()).order_by(*SORTS[wanted.get("sort", "")])


class AddingForm(forms.Form):
    """A way into the library besides files; a refusal stands beside the field it is about."""

    refused_at: str

    def add_for(self, user: User, project: Project | None = None) -> Added | None:
        """The document and whether it is new, or None once the form says why not."""
        if not self.is_valid():
            return None
        try:
            with transaction.atomic():
                return add_to(project, user, self.added)
        except (UploadRefused, QuotaExceeded, SharingRefused) as refusal:
            code = getattr(refusal, "code", "quota_exceeded")
            self.add_error(self.refused_at, forms.ValidationError(str(refusal), code))
            return None

    def added(self, owner: User, *, actor: User | None = None) -> Added:
        """Into this person's library."""
        raise NotImplementedError


class AddressForm(AddingForm):
    refused_at = "url"
    url = forms.CharField(
        label=_("Web address"),
        max_length=MAX_LENGTH,
        error_messages={"required": _("Type or paste the address of a page.")},
        # Not of type url, for which browsers insist on https:// being typed.
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "inputmode": "url",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "https://example.org/page",
            }
        ),
    )

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        return url if ":" in url.split("/")[0] else f"https://{url}"

    def added(self, owner: User, *, actor: User | None = None) -> Added:
        return add_address(owner, self.cleaned_data["url"], actor=actor)


class PastedTextForm(AddingForm):
    refused_at = "text"
    text = forms.CharField(
        label=_("Text"),
        max_length=MAX_PASTED,
        strip=False,
        error_messages={"required": _("Paste or type some text.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    name = forms.CharField(
        label=_("Name"), max_length=255, required=False, widget=forms.TextInput({"dir": "auto"})
    )

    def added(self, owner: User, *, actor: User | None = None) -> Added:
        named = self.cleaned_data["name"]
        return add_text(owner, self.cleaned_data["text"], name=named, actor=actor)


class TagsField(SimpleArrayField):
    """Separated by commas, trimmed, without repetitions; may be empty."""

    def __init__(self, *, help_text: str) -> None:
        tag = forms.CharField(max_length=50)
        super().__init__(tag, label=_("Tags"), required=False, help_text=help_text)

    def clean(self, value: str) -> list[str]:
        tags = list(dict.fromkeys(tag.strip() for tag in super().clean(value) if tag.strip()))
        if len(tags) > MAX_TAGS:
            raise forms.ValidationError(_("At most %s tags.") % MAX_TAGS)
        return tags


class DocumentForm(forms.ModelForm):
    tags = TagsField(help_text=_("Separated by commas."))

    class Meta:
        model = Document
        fields = ["title", "name", "tags", "description"]
        help_texts = {"title": _("Shown instead of the file name.")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])
