"""The addresses that OpenAI's clients know, below `/api/openai/v1`."""

from django.urls import path

from accounts.rates import charged
from accounts.requests import unscoped
from conversations.openai.chatbots import ModelListView, ModelView
from conversations.openai.embeddings import EmbeddingsView
from conversations.openai.views import CompletionsView

urlpatterns = [
    path(
        "chat/completions",
        unscoped(charged(CompletionsView.as_view())),
        name="openai-completions",
    ),
    path("embeddings", unscoped(charged(EmbeddingsView.as_view())), name="openai-embeddings"),
    path("models", ModelListView.as_view(), name="openai-models"),
    path("models/<str:pk>", ModelView.as_view(), name="openai-model"),
]
