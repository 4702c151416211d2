"""Errors of agents."""


class AgentError(Exception):
    """An agent could not go on."""


class StateUnavailableError(AgentError):
    """Where agents keep how far they came cannot be reached: block, nothing may be skipped."""


class RowRefusedError(AgentError):
    """The store refused a row: the event is parked."""


class AgentStoppedError(AgentError):
    """The worker stops; the event is taken up again after the next start."""


class HandlingError(AgentError):
    """What follows from the event cannot be done now: the event is parked and tried again."""
