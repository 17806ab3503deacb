"""The engine's rows. They are the queue: a lost task costs a minute, never a bill."""

from .document import Document, DocumentVersion
from .flow import Flow, Pulse, Run
from .hold import Hold
from .mirror import ListRead
from .opening import Opening
from .posting import Attempt, Batch, BatchMember, Posting, PostingWait

__all__ = [
    "Attempt",
    "Batch",
    "BatchMember",
    "Document",
    "DocumentVersion",
    "Flow",
    "Hold",
    "ListRead",
    "Opening",
    "Posting",
    "PostingWait",
    "Pulse",
    "Run",
]
