"""Conversations through the API."""

import pytest

from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db
CONVERSATIONS = "/api/v1/conversations/"


@pytest.fixture
def bot(owner) -> Chatbot:
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Colours", slug="colours")


@pytest.fixture
def talk(owner, bot) -> Conversation:
    with scope(owner):
        talk = Conversation.objects.create(owner=owner, chatbot=bot, user=owner, title="The sky")
        common = {"owner": owner, "conversation": talk}
        question = Message.objects.create(
            **common, role="user", content="Why blue?", search_text="why blue", message_index=0
        )
        citation = {"number": 1, "document_name": "sky.pdf", "page": 3, "quote": "It\nscatters."}
        Message.objects.create(
            **common, role="assistant", content="It scatters [1].", search_text="it scatters",
            message_index=1, parent=question, citations=[citation],
        )  # fmt: skip
        return talk


def test_it_begins_with_a_chatbot_named_by_id_or_slug(api, bot):
    for name in (str(bot.pk), bot.slug):
        made = api.post(CONVERSATIONS, {"chatbot": name, "title": "Talk"})
        assert made.status_code == 201
        shown = made.json()
        assert (shown["chatbot"], shown["title"]) == (str(bot.pk), "Talk")
        assert (shown["channel"], shown["status"], shown["total_messages"]) == ("api", "active", 0)


def test_nobody_begins_one_with_a_chatbot_of_others(outsiders_api, outsider, bot):
    for name in (str(bot.pk), bot.slug, "no-such-bot"):
        assert outsiders_api.post(CONVERSATIONS, {"chatbot": name}).status_code == 404
    with scope(outsider):
        assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("search=blue", 1),
        ("search=blue why", 1),
        ("search=blue scatters", 0),
        ("search=THE SKY", 1),
        ("search=green", 0),
        ("status=archived", 0),
        ("status=active&pinned=false", 1),
        ("chatbot=colours", 1),
    ],
)
def test_history_is_searched_and_narrowed(api, talk, query, count):
    assert len(api.get(f"{CONVERSATIONS}?{query}").json()["results"]) == count


@pytest.mark.parametrize(("said", "pinned"), [("true", 1), ("True", 1), ("false", 0), ("", 1)])
def test_true_and_false_are_read_and_nothing_else(api, owner, talk, said, pinned):
    with scope(owner):
        Conversation.objects.update(pinned=True)
    assert len(api.get(f"{CONVERSATIONS}?pinned={said}").json()["results"]) == pinned
    refused = api.get(f"{CONVERSATIONS}?pinned=zz")
    assert (refused.status_code, refused.json()["errors"]) == (400, {"pinned": ["true or false."]})
    assert api.get("/api/v1/projects/?archived=zz").status_code == 400


def test_a_search_tells_where_the_words_are(api, owner, talk):
    (found,) = api.get(f"{CONVERSATIONS}?search=blue").json()["results"]
    with scope(owner):
        message = talk.messages.get(content__contains="blue")
    assert found["match"]["message_id"] == str(message.pk)
    assert "blue" in found["match"]["excerpt"]
    (listed,) = api.get(CONVERSATIONS).json()["results"]
    assert listed["match"] is None


def test_title_pin_and_status_change_and_nothing_else(api, talk):
    url = f"{CONVERSATIONS}{talk.pk}/"
    wanted = {"title": "Sky", "pinned": True, "status": "archived"}
    assert wanted.items() <= api.patch(url, wanted).json().items()
    assert api.get(url).json()["total_messages"] == 2
    for wrong in ({"chatbot": "x"}, {"status": "gone"}, {"total_tokens": 0}, {"title": "x" * 201}):
        assert api.patch(url, wrong).status_code == 400


def test_export_as_json_holds_every_message(api, talk):
    whole = api.get(f"{CONVERSATIONS}{talk.pk}/export/")
    assert whole["Content-Disposition"] == 'attachment; filename="the-sky.json"'
    assert [message["content"] for message in whole.json()["messages"]] == [
        "Why blue?",
        "It scatters [1].",
    ]
    assert whole.json()["chatbot"]["name"] == "Colours"


def test_export_as_markdown_can_be_read(api, talk):
    text = api.get(f"{CONVERSATIONS}{talk.pk}/export/?format=markdown")
    assert text["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.content.decode() == (
        "# The sky\n\n## You\n\nWhy blue?\n\n## Colours\n\nIt scatters [1].\n\n"
        "> [1] sky.pdf, page 3: “It scatters.”\n"
    )
    assert api.get(f"{CONVERSATIONS}{talk.pk}/export/?format=pdf").status_code == 400


def test_markdown_says_which_answers_are_not_whole_and_where_branches_part(api, owner, talk):
    def say(role, content, parent, **how):
        index = talk.messages.count()
        return talk.messages.create(
            owner=owner, role=role, content=content, parent=parent, message_index=index, **how
        )

    with scope(owner):
        question, answer = talk.messages.order_by("message_index")
        say("assistant", "It", question, status="stopped")
        follow_up = say("user", "And at night?", answer)
        say("assistant", "", follow_up, status="error", error_message="It broke off.")
        anew = say("user", "Why green?", None)
        say("assistant", "Leaves", anew, status="incomplete", error_message="Too long.")
    exported = api.get(f"{CONVERSATIONS}{talk.pk}/export/?format=markdown").content.decode()
    assert exported.partition("“It scatters.”\n\n")[2] == (
        "## Colours\n\n*Another answer to “Why blue?”:*\n\nIt\n\n> This answer was stopped.\n\n"
        "## You\n\n*After “It scatters.”:*\n\nAnd at night?\n\n"
        "## Colours\n\n> It broke off.\n\n"
        "## You\n\n*Begun anew:*\n\nWhy green?\n\n"
        "## Colours\n\nLeaves\n\n> This answer is incomplete. Too long.\n"
    )


def test_deleted_is_gone_with_its_messages(api, owner, talk):
    with scope(owner):
        message = Message.objects.first()
    assert api.delete(f"{CONVERSATIONS}{talk.pk}/").status_code == 204
    assert api.get(f"{CONVERSATIONS}{talk.pk}/messages/").status_code == 404
    assert api.get(f"/api/v1/messages/{message.pk}/").status_code == 404


def test_lists_cost_the_same_whatever_their_length(api, owner, talk, django_assert_num_queries):
    with scope(owner):
        for _ in range(3):
            Conversation.objects.create(owner=owner, chatbot=talk.chatbot, user=owner)
    with django_assert_num_queries(7):
        assert len(api.get(CONVERSATIONS).json()["results"]) == 4
    with django_assert_num_queries(8):
        assert len(api.get(f"{CONVERSATIONS}{talk.pk}/messages/").json()["results"]) == 2
