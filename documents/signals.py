"""What the documents app tells the others; analytics listens."""

from django.dispatch import Signal

# sender=Document, document=…: sent inside the transaction that made it ready or failed it.
document_processed = Signal()
