"""One form for a new chatbot, and one for each tab of its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import answering
from accounts.models import Project, User
from chatbots import tools
from chatbots.choices import is_lost, model_choices
from chatbots.editing import readable_documents
from chatbots.look import ACCENTS
from chatbots.models import MOST_SUGGESTED, Chatbot
from chatbots.search_forms import SEARCH_SETTINGS, SearchSettingsForm
from documents.models import Document

ALL, CHOSEN = "library", "chosen"
LONGEST_QUESTION = 200


class KnowledgeForm(forms.ModelForm):
    """Its name, and what it reads of its owner's library or of its project."""

    reads = forms.ChoiceField(label=_("It reads"), initial=ALL, widget=forms.RadioSelect)
    documents = forms.ModelMultipleChoiceField(
        label=_("Documents"),
        queryset=Document.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Chatbot
        fields: tuple[str, ...] = ("name", "description")
        help_texts = {"description": _("For you, to tell your chatbots apart.")}

    def __init__(self, data: Any = None, *, owner: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.owner, self.project = owner, self.instance.project
        everything = _("The whole library, also what you add later")
        if self.project:
            everything = _("The whole project, also what is added to it later")
        chosen = (CHOSEN, _("Only the documents chosen here"))
        self.fields["reads"].choices = [(ALL, everything), chosen]
        if not self.instance._state.adding:
            self.initial["reads"] = ALL if self.instance.reads_library else CHOSEN
        self.fields["documents"].queryset = self.offered

    @property
    def offered(self) -> QuerySet[Document]:
        return readable_documents(self.owner, self.project)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reads") == CHOSEN and not cleaned.get("documents"):
            self.add_error("documents", _("Choose at least one document, or everything."))
        return cleaned

    @property
    def chatbot_fields(self) -> dict[str, Any]:
        left_out = {"reads", "documents"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    @property
    def chosen_documents(self) -> list[Document]:
        is_chosen = self.cleaned_data["reads"] == CHOSEN
        return list(self.cleaned_data["documents"]) if is_chosen else []


class ModelField(forms.ChoiceField):
    """One of the models that the chatbot's owner can use."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Which model answers"),
            required=False,
            help_text=_(
                "The offline reader quotes your documents and costs nothing. Other models write in"
                " their own words; questions and passages are sent to their provider."
            ),
        )


class NewChatbotForm(KnowledgeForm):
    """What a chatbot cannot be made without; the rest has its tabs."""

    model = ModelField()

    class Meta(KnowledgeForm.Meta):
        fields = (*KnowledgeForm.Meta.fields, "model")

    def __init__(self, data: Any = None, *, owner: User, **kwargs: Any) -> None:
        super().__init__(data, owner=owner, **kwargs)
        self.fields["model"].choices = model_choices(answering.models_of(owner), "")


class BehaviourForm(SearchSettingsForm):
    model = ModelField()
    tools = forms.MultipleChoiceField(
        label=_("Tools its model may call"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta(SearchSettingsForm.Meta):
        fields = (
            *("model", "system_prompt", "temperature", "max_tokens", "strict", "refusal_text"),
            *("tools", *SEARCH_SETTINGS),
        )
        widgets = SearchSettingsForm.Meta.widgets | {
            "system_prompt": forms.Textarea(attrs={"rows": 5}),
            "temperature": forms.NumberInput(attrs={"min": 0, "max": 2, "step": 0.1}),
            "max_tokens": forms.NumberInput(attrs={"min": 1, "max": 32_000}),
            "refusal_text": forms.TextInput(
                attrs={"placeholder": _("I found nothing about this in the documents.")}
            ),
        }
        labels = SearchSettingsForm.Meta.labels | {
            "system_prompt": _("Instructions"),
            "strict": _("Answer from the documents alone"),
            "refusal_text": _("When nothing is found, it says"),
        }
        help_texts = SearchSettingsForm.Meta.help_texts | {
            "system_prompt": _("How it should behave: its role, its tone, what to leave out."),
            "temperature": _("0 keeps to the text, 2 is the most inventive."),
            "max_tokens": _("A token is about four letters of English."),
            "refusal_text": _("Its exact words when the documents do not hold the answer."),
            "strict": _(
                "Switched off, it may also say what the model knows by itself. Such statements"
                " carry no source, and it says that they are not from the documents."
            ),
        }

    def __init__(self, data: Any = None, *, owner: User, **kwargs: Any) -> None:
        super().__init__(data, user=owner, **kwargs)
        self.fields["model"].choices = model_choices(self.models, self.instance.model)
        self.names_lost_model = is_lost(self.models, self.instance.model)
        # A tool that is gone stays ticked nowhere, and goes with the next saving.
        self.fields["tools"].choices = tools.choices()

    @property
    def chatbot_fields(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class LookForm(forms.ModelForm):
    accent = forms.ChoiceField(
        label=_("Colour"), choices=list(ACCENTS.items()), widget=forms.RadioSelect
    )
    suggested_questions = forms.CharField(
        label=_("Suggested questions"),
        required=False,
        help_text=_("One a line, at most %s. A click asks them.") % MOST_SUGGESTED,
        widget=forms.Textarea(attrs={"rows": 4, "data-lines": MOST_SUGGESTED}),
    )

    class Meta:
        model = Chatbot
        fields = ("avatar", "accent", "welcome_message", "suggested_questions")
        help_texts = {
            "avatar": _("A letter or an emoji beside its words. Empty: its name's first letter."),
            "welcome_message": _("What it says before the first question."),
        }

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial["accent"] = self.instance.accent
        self.initial["suggested_questions"] = "\n".join(self.instance.suggested_questions)

    def clean_suggested_questions(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["suggested_questions"].splitlines())
        questions = [line for line in lines if line]
        if len(questions) > MOST_SUGGESTED:
            raise forms.ValidationError(_("At most %s questions.") % MOST_SUGGESTED)
        if any(len(question) > LONGEST_QUESTION for question in questions):
            text = _("A question may have %s characters.") % LONGEST_QUESTION
            raise forms.ValidationError(text)
        return questions

    @property
    def chatbot_fields(self) -> dict[str, Any]:
        fields = dict(self.cleaned_data)
        configuration = {**self.instance.configuration, "accent": fields.pop("accent")}
        return {**fields, "configuration": configuration}


class ShareForm(forms.ModelForm):
    """Whom it reaches. Only its owner moves it, into projects of their own, and caps its cost."""

    class Meta:
        model = Chatbot
        fields = ("project", "is_active", "visitor_credits_daily")
        labels = {
            "project": _("Project"),
            "is_active": _("It answers"),
            "visitor_credits_daily": _("Credits a day for others"),
        }
        help_texts = {
            "project": _("Its members talk with it; editors change it too."),
            "is_active": _("Switched off, it answers nobody; its conversations stay."),
            "visitor_credits_daily": _(
                "What everybody but you may spend of your credits in a day, together. Empty: as"
                " much as there is. With a key of your own answers cost none."
            ),
        }

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if self.instance.owner_id != user.pk:
            del self.fields["project"], self.fields["visitor_credits_daily"]
            return
        self.fields["project"].queryset = Project.objects.for_user(user).active()
        self.fields["project"].empty_label = _("None: it is yours alone")

    @property
    def chatbot_fields(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
