from django.apps import AppConfig


class ChatbotsConfig(AppConfig):
    name = "chatbots"

    def ready(self) -> None:
        from accounts import keys
        from chatbots import leaving  # noqa: F401
        from chatbots.models import Chatbot

        keys.chatbots_of = lambda user: dict(
            Chatbot.objects.for_user(user).order_by("name").values_list("pk", "name")
        )
