"""Drafts and versions: what is published, what answers, what differs, and the way back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import answering
from accounts.models import AuditLog
from accounts.tenancy import scope
from chatbots import versions
from chatbots.differences import Line, differences
from chatbots.models import Chatbot, ChatbotVersion
from chatbots.versions import NothingToPublish, behaviour_of, in_force, publish, restore, whole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chatbot(owner) -> Chatbot:
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Colours", system_prompt="Be brief.")


def change(chatbot: Chatbot, **fields) -> Chatbot:
    Chatbot.objects.filter(pk=chatbot.pk).update(**fields)
    return Chatbot.objects.select_related("published").get(pk=chatbot.pk)


def test_before_the_first_publication_the_row_answers(owner, chatbot):
    with scope(owner):
        changed = change(chatbot, temperature=0.1)
        assert in_force(changed).temperature == 0.1
        assert not versions.has_changes(changed)


def test_after_it_the_published_version_answers_and_the_draft_in_the_preview(owner, chatbot):
    with scope(owner):
        publish(owner, chatbot, "first")
        changed = change(chatbot, temperature=0.1, name="Colors", tools=["calculator"])
        assert versions.has_changes(changed)
        answering_now = in_force(changed)
        assert (answering_now.temperature, answering_now.tools) == (0.7, [])
        assert answering_now.name == "Colors"  # live, as its documents are
        assert in_force(changed, draft=True).temperature == 0.1
        assert publish(owner, changed).number == 2
        assert in_force(change(chatbot)).temperature == 0.1


def test_what_is_published_already_is_not_published_again(owner, chatbot):
    with scope(owner):
        publish(owner, chatbot)
        with pytest.raises(NothingToPublish, match="nothing has changed"):
            publish(owner, change(chatbot, name="Other name"))
        assert ChatbotVersion.objects.count() == 1


def test_restoring_changes_the_draft_alone(owner, chatbot):
    with scope(owner):
        first = publish(owner, chatbot)
        publish(owner, change(chatbot, system_prompt="Be long.", strict=False))
        restored = restore(owner, change(chatbot, name="Renamed"), first)
        assert (restored.system_prompt, restored.strict) == ("Be brief.", True)
        stored = change(chatbot)
        assert (stored.name, stored.published.number) == ("Renamed", 2)
        assert in_force(stored).system_prompt == "Be long."
        acts = AuditLog.objects.filter(resource_id=chatbot.pk).order_by("created_at")
        assert [(act.action, act.metadata) for act in acts] == [
            ("chatbot.publish", {"version": 1}),
            ("chatbot.publish", {"version": 2}),
            ("chatbot.restore", {"version": 1}),
        ]


def test_a_version_of_before_a_setting_existed_means_its_default(owner, chatbot):
    with scope(owner):
        version = ChatbotVersion.objects.create(
            chatbot=chatbot, owner=owner, number=1,
            behaviour={"system_prompt": "Old.", "of_the_future": 1},
        )  # fmt: skip
        changed = change(chatbot, published=version, top_k=3, strict=False)
        answers = in_force(changed)
        assert (answers.system_prompt, answers.top_k, answers.strict) == ("Old.", 8, True)
        assert whole(version).keys() == set(versions.BEHAVIOUR)
        assert restore(owner, changed, version).top_k == 8


def test_a_lost_model_and_a_lost_tool_are_named_and_stop_nothing(owner, chatbot):
    with scope(owner):
        changed = change(chatbot, model="openai/gone", tools=["calculator", "telepathy"])
        version = publish(owner, changed)
        models = answering.models_of(owner)
        assert versions.unavailable(whole(version), models) == ["openai/gone", "telepathy"]
        assert restore(owner, changed, version).model == "openai/gone"


def test_differences_are_told_setting_by_setting_and_line_by_line(owner, chatbot):
    before = behaviour_of(chatbot)
    after = {
        **before,
        "system_prompt": "Be kind.\nBe brief.\nBe exact.",
        "temperature": 0.2,
        "suggested_questions": ["Why?"],
        "configuration": {"accent": "blue"},
    }
    colour, prompt, temperature, questions = sorted(
        differences(before, after),
        key=lambda change: (
            ["configuration", "system_prompt", "temperature"].index(change.field)
            if change.field != "suggested_questions"
            else 3
        ),
    )
    assert (colour.before_text, colour.after_text) == ("Teal", "Blue")
    assert prompt.lines == [
        Line("+", "Be kind."),
        Line(" ", "Be brief."),
        Line("+", "Be exact."),
    ]
    assert (temperature.label, temperature.before, temperature.after) == ("Temperature", 0.7, 0.2)
    assert questions.lines == [Line("+", "Why?")]
    assert differences(before, before) == []


def test_two_who_publish_at_once_never_fail_otherwise_than_by_saying_so(owner, chatbot):
    def publishing(_):
        try:
            with scope(owner):
                return publish(owner, chatbot).number
        except NothingToPublish:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(publishing, range(4)))
    assert sorted(numbers, key=bool) == [None, None, None, 1]


def test_saving_a_setting_leaves_a_publication_of_meanwhile_in_force(owner, chatbot):
    from chatbots.editing import update_chatbot

    with scope(owner):
        read_before = Chatbot.objects.get(pk=chatbot.pk)
        publish(owner, chatbot)
        update_chatbot(owner, read_before, {"temperature": 0.3})
        stored = change(chatbot)
        assert (stored.published.number, stored.temperature) == (1, 0.3)
