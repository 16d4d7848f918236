from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from accounts import sealing
        from conversations.sharing import reseal_all

        sealing.RESEALED["tokens of share links"] = reseal_all
