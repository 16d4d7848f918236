"""How a person adds and changes a web source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from documents.forms import AddressForm, TagsField
from documents.models import WebPage, WebSource
from documents.models.web import MAX_PAGES
from documents.uploads import UploadRefused
from documents.web import sources


class SourceForm(forms.ModelForm):
    """What can be changed at any time."""

    page_limit = forms.IntegerField(
        label=_("At most this many pages"),
        min_value=1,
        max_value=MAX_PAGES,
        initial=WebSource._meta.get_field("page_limit").default,
        help_text=_("From 1 to 5000. Pages fewer clicks from the start come first."),
    )
    tags = TagsField(help_text=_("Given to each new document, separated by commas."))

    class Meta:
        model = WebSource
        fields = ["schedule", "page_limit", "tags", "delete_removed"]
        labels = {
            "schedule": _("Read it again"),
            "delete_removed": _("Delete documents whose pages are removed from the site"),
        }
        help_texts = {
            "delete_removed": _("Otherwise they stay, marked, until you delete them."),
        }

    @property
    def wishes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewSourceForm(SourceForm):
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        error_messages={"required": _("Type or paste the address of a page or a sitemap.")},
        widget=AddressForm.base_fields["url"].widget,
    )
    kind = forms.ChoiceField(
        label=_("What to read"),
        required=False,
        choices=[
            ("", _("Decide by the address")),
            ("section", _("This page and all below it")),
            ("sitemap", _("All pages of the sitemap")),
            ("page", _("This page alone")),
        ],
    )
    field_order = ["url", "kind", "schedule", "page_limit", "tags", "delete_removed"]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        return url if ":" in url.split("/")[0] else f"https://{url}"

    def add_for(self, user: User) -> tuple[WebSource, bool] | None:
        """The source and whether it is new, or None once the form says why not."""
        try:
            with transaction.atomic():
                return sources.add_source(
                    user, self.cleaned_data["url"], kind=self.cleaned_data["kind"], **self.wishes
                )
        except UploadRefused as refusal:
            self.add_error("url", str(refusal))
            return None


class PagesForm(forms.Form):
    """Which pages of a source are shown; anything it cannot read is ignored."""

    state = forms.ChoiceField(required=False, choices=[("", _("All")), *WebPage.State.choices])
    q = forms.CharField(required=False, max_length=200)

    def apply(self, pages):
        wanted = self.cleaned_data if self.is_valid() else {}
        if state := wanted.get("state"):
            pages = pages.filter(state=state)
        if part := wanted.get("q"):
            pages = pages.filter(url__icontains=part)
        return pages.order_by("depth", "id")
