"""Errors of the record. The docstring of a class is its message; a driver's error stays its cause."""

from __future__ import annotations


class StreamsError(Exception):
    """The record failed."""

    def __init__(self, detail: str | None = None) -> None:
        words = (type(self).__doc__ or "").strip()
        super().__init__(f"{words} ({detail})" if detail else words)
        self.detail = detail


class LedgerError(StreamsError):
    """The ledger failed."""


class LedgerUnavailableError(LedgerError):
    """The ledger cannot be reached or did not answer in time: refuse with code `ledger.unavailable`."""

    code = "ledger.unavailable"


class IncarnationError(LedgerError):
    """The ledger was recovered and began a new incarnation: start again and read everything anew."""


class IdempotencyError(LedgerError):
    """The idempotency key or event id was used before for another request."""


class NotPermittedError(LedgerError):
    """This database role may not append that event."""


class AppendMisuseError(LedgerError):
    """The append was not called as it must be."""


class RelayFencedError(StreamsError):
    """Another relay began a newer epoch: this one must stop."""


class RelayHeldError(StreamsError):
    """Another relay holds the relay's lock."""


class KafkaUnavailableError(StreamsError):
    """Kafka cannot be reached or did not acknowledge in time."""


class TopicMismatchError(StreamsError):
    """A topic exists with another configuration than the record needs: nothing was changed."""
