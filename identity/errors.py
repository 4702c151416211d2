"""Owns the errors identity raises. Does not hold expected refusals: those are values with codes."""


class IdentityError(Exception):
    """Something in identity could not be done and must not be ignored."""


class ModelMissingError(IdentityError):
    """A model file is absent from the models folder."""


class DecoderFailedError(IdentityError):
    """The decoding process itself broke (not the recording): it could not start or spoke nonsense."""


class EntropyError(IdentityError):
    """Too few random bytes were given to issue a challenge."""


class UnknownCodeError(IdentityError):
    """A code without an entry in the table of messages was asked for."""


class MediaUnusableError(IdentityError):
    """An asset was to be cut out of a recording that holds none: it was not assessed, or it failed."""
