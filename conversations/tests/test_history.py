"""Finding a conversation again: by its words in any script, in the archive, on another branch."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.tenancy import scope
from conversations.history import Wanted, history_page
from conversations.models import Conversation, Message
from language.searching import said_terms

HISTORY = reverse("conversations:history")


def say(conversation: Conversation, content: str, parent: Message | None = None) -> Message:
    count = conversation.messages.count()
    return Message.objects.create(
        owner=conversation.owner,
        conversation=conversation,
        parent=parent,
        role="assistant" if parent else "user",
        content=content,
        message_index=count,
        search_text=" ".join(said_terms(content)),
    )


@pytest.mark.parametrize(
    ("said", "query", "marked"),
    [
        ("The warranty lasts 26 months.", "WARRANTY", "warranty"),
        ("Das Gerät wird geprüft.", "gerat", "Gerät"),
        ("การรับประกันโคมไฟมีอายุ 26 เดือน", "โคมไฟ", "โคมไฟ"),
        ("灯的保修期是26个月。", "保修期", "保修期"),
        ("ランプの保証期間は26か月です。", "保証期間", "保証期間"),
        ("مدة ضمان المصباح ٢٦ شهرا", "ضمان", "ضمان"),
        ("The policy covers it.", "policies", "policy"),
        ("ما هي سياسة السفر للموظفين؟", "موظفين", "للموظفين"),
        ("Как получить возмещение?", "возмещения", "возмещение"),
        ("Die Krankenversicherungskarte ist da.", "krankenversicherung", ""),
        ("Wo liegt die neue Haustür?", "haus", ""),
    ],
    ids=[
        *("case", "accents", "Thai", "Chinese", "Japanese", "Arabic"),
        *("ending", "prefix", "Russian", "compound", "short part"),
    ],
)
def test_words_of_any_script_are_found_and_marked(owner, conversation, said, query, marked):
    with scope(owner):
        message = say(conversation, said)
        (line,) = history_page(owner, Wanted(query)).lines
        assert line.match.message_id == message.pk
        assert marked in "".join(part.text for part in line.match.parts if part.is_marked)
        assert history_page(owner, Wanted("zebra")).lines == []


def test_what_is_found_opens_on_its_own_branch(owner, client, conversation):
    with scope(owner):
        question = say(conversation, "Which colour?")
        first = say(conversation, "It is turquoise.", question)
        say(conversation, "It is **violet**.", question)
    client.force_login(owner)
    found = client.get(HISTORY, {"q": "turquoise"}).content.decode()
    url = f"{conversation.get_absolute_url()}?at={first.pk}"
    assert f'href="{url}#message-{first.pk}"' in found
    assert "<mark>turquoise</mark>" in found
    assert "It is turquoise." not in client.get(conversation.get_absolute_url()).content.decode()
    assert "It is turquoise." in client.get(url).content.decode()


def test_a_message_found_far_back_is_on_the_page(owner, client, conversation):
    with scope(owner):
        last = first = say(conversation, "The very first.")
        for number in range(70):
            last = say(conversation, f"Word {number}", last)
    client.force_login(owner)
    url = conversation.get_absolute_url()
    assert "The very first." not in client.get(url).content.decode()
    assert "The very first." in client.get(f"{url}?at={first.pk}").content.decode()
    assert client.get(f"{url}?at=nonsense").status_code == 200


def test_others_find_nothing_and_turn_nothing(owner, outsider, client, conversation):
    with scope(owner):
        message = say(conversation, "It is turquoise.")
    client.force_login(outsider)
    found = client.get(HISTORY, {"q": "turquoise"}).content.decode()
    assert "Nothing said about" in found
    assert client.get(f"{conversation.get_absolute_url()}?at={message.pk}").status_code == 404


def test_the_archive_has_a_list_of_its_own_and_search_looks_into_it(owner, client, conversation):
    client.force_login(owner)
    assert "Nothing is archived." in client.get(HISTORY, {"archived": 1}).content.decode()
    with scope(owner):
        say(conversation, "It is turquoise.")
        Conversation.objects.update(status="archived", title="Old talk")
    assert "Old talk" not in client.get(HISTORY).content.decode()
    assert "Old talk" in client.get(HISTORY, {"archived": 1}).content.decode()
    found = client.get(HISTORY, {"q": "turquoise"}).content.decode()
    assert '<span class="badge">archived</span>' in found
    thread = client.get(conversation.get_absolute_url()).content.decode()
    assert "A new question brings it back." in thread


def test_a_question_brings_a_conversation_out_of_the_archive(owner, conversation, posted):
    with scope(owner):
        Conversation.objects.update(status="archived")
    url = reverse("conversations:send", args=[conversation.pk])
    assert posted(owner, url, {"content": "What colour is the sky?"}).status_code == 302
    with scope(owner):
        conversation.refresh_from_db()
    assert conversation.status == "active"


def test_a_search_costs_the_same_however_much_it_finds(
    owner, chatbot, client, django_assert_num_queries
):
    client.force_login(owner)
    for _ in range(2):
        with scope(owner):
            for _ in range(3):
                kept = Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)
                say(kept, "It is turquoise.")
        with django_assert_num_queries(10):
            client.get(HISTORY, {"q": "turquoise"})


def test_deleting_says_what_goes_with_it(owner, client, conversation):
    client.force_login(owner)
    url = reverse("conversations:delete", args=[conversation.pk])
    assert "dropped into it" not in client.get(url).content.decode()
