"""What the conversations app tells the others; analytics listens."""

from django.dispatch import Signal

# sender=Message, message=…: sent inside the transaction that stored how an answer ended.
answer_finished = Signal()

# sender=Feedback, feedback=…, is_withdrawn=…: inside the transaction that stored or removed it.
feedback_given = Signal()
