"""Chatbots for programs that know OpenAI's protocol: completions, models, embeddings."""
