"""What the API shows: exact state from the ledger's facts and events, searches from the projections. Writes nothing."""

from __future__ import annotations

from serving.adapters.reading_audit import AuditReading
from serving.adapters.reading_consent import ConsentReading
from serving.adapters.reading_films import FilmReading
from serving.adapters.reading_people import PeopleReading


class Reading(ConsentReading, PeopleReading, FilmReading, AuditReading):
    """The API's reader over one installation."""
