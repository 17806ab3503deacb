"""Admin pages of the engine's rows: documents, holds, postings, runs, flows and opening figures."""

from . import document, flow, hold, opening, posting, run

__all__ = ["document", "flow", "hold", "opening", "posting", "run"]
