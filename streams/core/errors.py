"""Errors of the record's pure rules."""


class TreeError(Exception):
    """The published log does not hold together."""


class ProofError(TreeError):
    """The proof does not show what it is said to show."""


class TileError(TreeError):
    """A tile or an entry bundle is missing or is not what its path says."""


class NoteError(TreeError):
    """The checkpoint is malformed or its signature is not the log's."""
