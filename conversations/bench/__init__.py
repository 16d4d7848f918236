"""The retrieval bench: what a question finds, why, and what the model would be sent."""
