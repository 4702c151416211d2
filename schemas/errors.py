"""Errors of the vocabulary."""


class SchemaError(Exception):
    """The event or envelope does not follow the vocabulary."""


class UnknownEventError(SchemaError):
    """The event's wire name or version is not in the registry: upgrade the reader before the writer."""


class RegistryError(SchemaError):
    """The registry refuses: a wire name and version may be given once and never again."""
