from __future__ import annotations

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.feedback import REASONS
from conversations.models import Conversation, Feedback, ShareLink
from conversations.sharing import expiry

LONGEST_QUESTION = 20_000


class QuestionForm(forms.Form):
    content = forms.CharField(
        max_length=LONGEST_QUESTION,
        error_messages={"required": _("Write a question first.")},
        widget=forms.Textarea(attrs={"rows": 1}),
    )


class TitleForm(forms.ModelForm):
    class Meta:
        model = Conversation
        fields = ["title"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = True


class FeedbackForm(forms.Form):
    NONE = "none"
    rating = forms.ChoiceField(choices=[*Feedback.Rating.choices, (NONE, NONE)])
    reason = forms.ChoiceField(choices=REASONS.items(), required=False)
    comment = forms.CharField(max_length=2_000, required=False)
    done = forms.BooleanField(required=False)

    @property
    def complaint(self) -> str:
        return next(iter(self.errors.values()))[0]


class ShareForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What it shows"),
        choices=[
            (ShareLink.Kind.SNAPSHOT, _("The conversation as it is now")),
            (ShareLink.Kind.LIVE, _("The conversation, and what is said later")),
        ],
        initial=ShareLink.Kind.SNAPSHOT,
        widget=forms.RadioSelect,
    )
    days = forms.TypedChoiceField(
        label=_("It ends"),
        choices=[
            (1, _("after a day")),
            (7, _("after a week")),
            (30, _("after 30 days")),
            (0, _("when you revoke it")),
        ],
        coerce=int,
        initial=7,
    )

    @property
    def expires_at(self) -> dt.datetime | None:
        return expiry(self.cleaned_data["days"])
