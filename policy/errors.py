"""Errors of policy."""


class PolicyError(Exception):
    """The policy side failed."""


class PolicyUnavailableError(PolicyError):
    """No answer could be had from the policy engine: a refusal with code `policy.unavailable`."""


class ViewError(PolicyError):
    """The consent view cannot be read."""


class StaleViewError(ViewError):
    """The view is too old, has a gap or is ahead of its time; `code` says which: feed.stale, feed.gap, feed.ahead, feed.missing, …"""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class TokenError(PolicyError):
    """A token of a write cannot be believed; `code` says why: token.malformed, token.forged, token.incarnation."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
