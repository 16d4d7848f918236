"""Which mails about their limits a person wants."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

CHOICES = [
    (80, _("When 80 % of the period's credits or of the day's tokens are used")),
    (100, _("When they are used up")),
]


class MailsForm(forms.Form):
    percents = forms.TypedMultipleChoiceField(
        label=_("Send me a mail"),
        choices=CHOICES,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
