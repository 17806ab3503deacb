"""What people do with documents, asked first and done through connectors.sync.acts; lists and pages share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from audit.actor import actor_of
from connectors.sync import acts
from connectors.sync.acts import CannotAct
from connectors.sync.models import Document
from onecore.adminkit.actions import confirm_then
from onecore.lib.clock import utcnow


@dataclass(frozen=True, slots=True)
class Act:
    """One act on documents: its words, and what it calls."""

    key: str
    button: str
    title: str
    sentence: str
    done: str
    call: Callable[..., int | None]
    danger: bool = False
    ask_reason: bool = False


def _retry(documents: QuerySet[Document], *, by: str) -> int:
    return _some(acts.retry(documents, by=by, now=utcnow()), "None of them is held any more, so there is nothing to retry.")


def _release(documents: QuerySet[Document], *, by: str) -> int:
    return _some(acts.release(documents, by=by, now=utcnow()), "None of them waits for a release. Retry is for those held for another reason.")


def _skip(documents: QuerySet[Document], *, by: str, reason: str) -> int:
    count = acts.skip(documents, reason=reason, by=by, now=utcnow())
    return _some(count, "None of them can be left out: only documents that are held or not prepared yet can.")


def _settled(documents: QuerySet[Document], *, by: str, reason: str) -> int:
    count = acts.settle_by_hand(documents, reason=reason, by=by, now=utcnow())
    return _some(count, "None of them is held for a change after posting, so there is nothing to put right by hand.")


def _link(documents: QuerySet[Document], *, by: str) -> int:
    document = documents.select_related("flow").get()
    acts.link(document, by=by, now=utcnow())
    return 1


def _some(count: int, otherwise: str) -> int:
    if not count:
        raise CannotAct(otherwise)
    return count


ACTS: dict[str, Act] = {
    act.key: act
    for act in (
        Act(
            "retry",
            "Retry",
            "Look at these documents again?",
            "They are judged anew with today's mappings and policy. Where something may be in the ledger already, OneCore looks there "
            "before it sends anything.",
            "{n} looked at again.",
            _retry,
        ),
        Act(
            "release",
            "Release",
            "Release these documents?",
            "They go to the ledger as they stand now. A version that changes later needs a release of its own.",
            "{n} released; on the way to the ledger.",
            _release,
        ),
        Act(
            "skip",
            "Skip",
            "Leave these documents out?",
            "OneCore will not post them. Those that wait for them go on. A new version from the source is looked at again.",
            "{n} left out.",
            _skip,
            danger=True,
            ask_reason=True,
        ),
        Act(
            "settled",
            "Settled by hand",
            "Was the ledger put right by hand?",
            "For this version OneCore posts nothing more and counts the document as posted. A later version is looked at again.",
            "{n} marked as settled.",
            _settled,
            ask_reason=True,
        ),
        Act(
            "link",
            "Link",
            "Take the ledger's bill as this document?",
            "Somebody keyed this bill by hand. OneCore will not post it again, and counts it as posted. The amounts must agree.",
            "Linked to the ledger's bill.",
            _link,
        ),
    )
}


def perform(request: HttpRequest, documents: QuerySet[Document], act: Act, *, back: str | None = None) -> HttpResponse:
    """Ask, then do. Where it does not fit, the reason is shown and nothing has changed."""
    by = actor_of(request.user)

    def call(rows: QuerySet[Document], **more: Any) -> int | None:
        return act.call(rows, by=by, **more)

    return confirm_then(
        request,
        documents.order_by("pk").select_related("flow__integration").defer("record"),
        act=call,
        done=act.done,
        title=act.title,
        sentence=act.sentence,
        button=act.button,
        danger=act.danger,
        ask_reason=act.ask_reason,
        refusals=(CannotAct,),
        back=back,
    )
