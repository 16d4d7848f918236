"""A turn from the question to the stored, cited answer."""

import pytest
from asgiref.sync import async_to_sync

from accounts.tenancy import scope
from billing.models import CreditBalance, CreditChange, DailyUsage, Reservation, UsageRecord
from chatbots.models import Chatbot
from conversations import answers, asking, producers, storing
from conversations.models import Conversation, Message
from conversations.turns import load_turn
from documents.retrieval import retrieve
from providers.base import ChatMessage, Finished, Usage
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(owner, make_document) -> Conversation:
    make_document(owner, "The sky is blue. Grass is green.")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours")
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)


def turn(owner, conversation, question: str) -> Message:
    with scope(owner):
        message = asking.ask(owner, conversation, question)
    async_to_sync(producers.run)(message.pk, owner.pk)
    with scope(owner):
        message.refresh_from_db()
    return message


def test_an_answer_is_stored_with_its_citation_bound_to_the_text(owner, conversation, chat_model):
    chat_model.enqueue(["The sky is", " blue [", "1]."])
    message = turn(owner, conversation, "What colour is the sky?")
    assert (message.status, message.content) == ("complete", "The sky is blue [1].")
    [citation] = message.citations
    assert citation["quote"] == "The sky is blue."
    with scope(owner):
        text = owner.documents.get().text.content
    assert text[citation["start_char"] : citation["end_char"]] == citation["quote"]


def test_usage_reservation_and_counters_follow_the_answer(owner, conversation, chat_model):
    message = turn(owner, conversation, "What colour is the sky?")
    tokens = message.tokens_input + message.tokens_output
    with scope(owner):
        conversation.refresh_from_db()
        owner.refresh_from_db()
        today = DailyUsage.objects.get()
        assert (conversation.total_messages, conversation.total_tokens) == (2, tokens)
        assert (today.messages_sent, today.tokens_used) == (1, tokens)
        assert owner.total_tokens_used == tokens
        assert Reservation.objects.get().state == "settled"
        changes = CreditChange.objects.order_by("created_at").values_list("kind", "amount")
        assert list(changes) == [("grant", 10_000), ("reserve", -1), ("settle", 0)]
        used = UsageRecord.objects.get(request_type="rag")
        assert (used.tokens_input, used.credits_used) == (message.tokens_input, 1)
        assert (used.price["credits_request"], used.price["currency"]) == (1, "usd")
        assert (used.price["cost"], used.price["exact"]) == ("0", True)
        balance = CreditBalance.objects.get()
        assert (balance.balance, balance.used) == (9_999, 1)
        assert (balance.running, balance.tokens_held) == (0, 0)


def test_an_answer_whose_conversation_goes_meanwhile_is_paid_for(owner, conversation, chat_model):
    with scope(owner):
        message = asking.ask(owner, conversation, "What colour is the sky?")
    loaded = load_turn(message.pk, owner.pk)
    draft = answers.Draft(content="The sky", model_used="fake", asked=(ChatMessage("user", "?"),))
    with scope(owner):
        conversation.delete()
    assert storing.finish(loaded, draft, "stopped") is None
    with scope(owner):
        balance = CreditBalance.objects.get()
        assert (balance.balance, balance.running) == (9_999, 0)
        assert UsageRecord.objects.get(request_type="rag").credits_used == 1


def test_a_provider_that_fails_before_a_word_leaves_an_error(owner, conversation, chat_model):
    chat_model.enqueue(ProviderError("No model today.", code="down", permanent=True))
    message = turn(owner, conversation, "What colour is the sky?")
    assert (message.status, message.content) == ("error", "")
    assert (message.error_code, message.error_message) == ("down", "No model today.")


def test_a_stream_that_is_cut_is_stored_as_incomplete(owner, conversation, chat_model):
    chat_model.enqueue(["The sky", None])
    message = turn(owner, conversation, "What colour is the sky?")
    assert (message.status, message.content) == ("incomplete", "The sky")
    assert (message.tokens_input > 50, message.tokens_output) == (True, 2)  # paid for, if cut


def test_an_answer_cut_at_its_length_says_so(owner, conversation, chat_model):
    chat_model.enqueue(["The sky", Finished("length", Usage(70, 2, exact=True))])
    message = turn(owner, conversation, "What colour is the sky?")
    assert (message.status, message.content) == ("incomplete", "The sky")
    assert (message.error_code, message.tokens_output) == ("length", 2)
    assert "1024 tokens" in message.error_message


def test_an_answer_without_end_is_kept_as_far_as_a_row_goes(owner, conversation, chat_model):
    chat_model.enqueue(["x" * 150_000, "y" * 150_000, "z"])
    message = turn(owner, conversation, "What colour is the sky?")
    assert (message.status, message.error_code) == ("incomplete", "length")
    assert message.content == "x" * 150_000 + "y" * 50_000
    assert chat_model.closed == 1


def test_the_title_is_the_first_question_cut_at_a_word(owner, conversation):
    turn(owner, conversation, "What colour is the sky " + "really " * 20)
    with scope(owner):
        conversation.refresh_from_db()
    assert conversation.title.startswith("What colour is the sky really")
    assert conversation.title.endswith("really…")


def test_what_was_found_is_stored_once_and_again_when_it_changed(owner, conversation):
    with scope(owner):
        message = asking.ask(owner, conversation, "What colour is the sky?")
    turn, draft = load_turn(message.pk, owner.pk), answers.Draft()

    def held() -> list[str]:
        assert storing.hold(turn, draft)
        with scope(owner):
            message.refresh_from_db()
        return [passage["content"] for passage in message.context]

    [passage] = retrieve(turn.search_scope, turn.question, turn.search_parameters).passages
    draft.passages = [passage]
    assert (held(), held()) == (["The sky is blue. Grass is green."],) * 2
    draft.passages = [passage, passage]
    assert held() == ["The sky is blue. Grass is green."] * 2
    assert storing.finish(turn, draft, "complete")["status"] == "complete"
    assert storing.finish(turn, draft, "complete") is None
    assert not storing.hold(turn, draft)
    with scope(owner):
        message.refresh_from_db()
    assert (len(message.context), message.producer_token, message.lease_until) == (2, None, None)
