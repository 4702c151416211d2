"""Owns `project`, complete: importing it from here registers what every event changes. Does not apply changes."""

from streams.core import project_cameos, project_generations, project_powers
from streams.core.changes import Change, Delete, Put, Row, Seen, Update, Value, needs_unsealing, project, seen

RULES = (project_cameos, project_generations, project_powers)
"""Importing these fills the dispatch."""

__all__ = ["RULES", "Change", "Delete", "Put", "Row", "Seen", "Update", "Value", "needs_unsealing", "project", "seen"]
