"""The groups of the API's page: what each is for, in the order in which they are needed."""

TAGS = [
    {"name": name, "description": description}
    for name, description in (
        ("documents", "Add files, pages and texts, and see what became of them."),
        ("uploads", "Large files in parts, which go on where they stopped."),
        ("web-sources", "Pages and sites that are read again by a schedule."),
        ("chunks", "The passages of documents: correct them, switch them off."),
        ("search", "Find passages without asking a chatbot, and see why they were found."),
        ("chatbots", "What answers: documents, behaviour, versions."),
        ("conversations", "Talks with chatbots: search, share, export, attach files."),
        ("messages", "Answers: stop, continue, ask again, judge."),
        ("openai", "Chatbots for clients that speak OpenAI's protocol."),
        ("projects", "Work together: members and what they share."),
        ("invitations", "Invitations to projects that wait for you."),
        ("me", "Your account."),
        ("api-keys", "Keys for this API."),
        ("provider-credentials", "Your own keys of model providers."),
        ("chat-models", "The models that can answer you."),
        ("plans", "What can be had."),
        ("subscription", "Your plan: choose, change, cancel."),
        ("invoices", "What was billed."),
        ("credits", "Your balance and every change of it."),
        ("credit-packs", "Credits to buy on top."),
        ("usage", "What was used, by day, chatbot, model and kind."),
        ("audit", "Who did what."),
    )
]
