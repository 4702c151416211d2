"""Errors of policy."""


class PolicyError(Exception):
    """The policy side failed."""


class PolicyUnavailableError(PolicyError):
    """No answer could be had from the policy engine: a refusal with code `policy.unavailable`."""


class ViewError(PolicyError):
    """The consent view cannot be read."""


class StaleViewError(ViewError):
    """The view is too old, has a gap or is ahead of its time; `code` says which: feed.stale, feed.gap, feed.ahead and more."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class TokenError(PolicyError):
    """A token of a write cannot be believed; `code` says why: token.malformed, token.forged, token.incarnation."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ViewHeldError(ViewError):
    """Another process writes this view."""


class ViewFullError(ViewError):
    """The view has no room left, in its map or on the disk: what comes cannot be applied. Refuses with `feed.full`."""

    code = "feed.full"


class SnapshotError(ViewError):
    """A snapshot of a view cannot be used: damaged, of another layout, incarnation or share of the partitions."""
