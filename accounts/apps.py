from django.apps import AppConfig
from django.conf import settings


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import checks, delivery, signals  # noqa: F401
        from accounts.sharing.inviting import MAIL
        from accounts.tasks import mail_invitations
        from outbound import identity, permits
        from providers import registry

        delivery.NUDGES[MAIL] = mail_invitations
        permits.configure(settings.FETCH_ALLOW)
        identity.introduce(settings.BASE_URL if settings.HTTPS else "")
        registry.configure(
            registry.ProviderSettings(
                chat_model=settings.CHAT_MODEL,
                embedding_model=settings.EMBEDDING_MODEL,
                fallback_model=settings.FALLBACK_MODEL,
                rerank_model=settings.RERANK_MODEL,
                openai_api_key=settings.OPENAI_API_KEY,
                openai_base_url=settings.OPENAI_BASE_URL,
                openai_chat_models=settings.OPENAI_CHAT_MODELS,
                gemini_api_key=settings.GEMINI_API_KEY,
                gemini_base_url=settings.GEMINI_BASE_URL,
                gemini_chat_models=settings.GEMINI_CHAT_MODELS,
                context_window=settings.CONTEXT_WINDOW,
                embedder_socket=settings.EMBEDDER_SOCKET,
            )
        )
