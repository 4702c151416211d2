"""Agents: what follows from events, each once and in order, behind a wrapper that parks what cannot be done."""
