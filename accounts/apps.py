from django.apps import AppConfig
from django.conf import settings


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import checks, signals  # noqa: F401
        from providers import registry

        registry.configure(
            registry.ProviderSettings(
                chat_model=settings.CHAT_MODEL,
                embedding_model=settings.EMBEDDING_MODEL,
                openai_api_key=settings.OPENAI_API_KEY,
                openai_base_url=settings.OPENAI_BASE_URL,
                openai_chat_models=settings.OPENAI_CHAT_MODELS,
                embedder_socket=settings.EMBEDDER_SOCKET,
            )
        )
