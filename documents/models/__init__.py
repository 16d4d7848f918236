"""What people bring, the text found in it, and the passages that search reads."""

from documents.filters import KINDS
from documents.models.batch import UploadBatch, UploadItem
from documents.models.chunk import DIMENSION, DocumentChunk, DocumentChunkQuerySet
from documents.models.document import Document, DocumentQuerySet, storage_path
from documents.models.erased import ErasedFile
from documents.models.generation import EmbeddingGeneration
from documents.models.pause import QueuePause
from documents.models.searched import SearchLog
from documents.models.shared import ProjectDocument
from documents.models.statistics import TermStatistics
from documents.models.text import DocumentText
from documents.models.web import WebPage, WebSource

__all__ = [
    "DIMENSION",
    "KINDS",
    "Document",
    "DocumentChunk",
    "DocumentChunkQuerySet",
    "DocumentQuerySet",
    "DocumentText",
    "EmbeddingGeneration",
    "ErasedFile",
    "ProjectDocument",
    "QueuePause",
    "SearchLog",
    "TermStatistics",
    "UploadBatch",
    "UploadItem",
    "WebPage",
    "WebSource",
    "storage_path",
]
