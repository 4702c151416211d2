"""Adapters of serving: what its ports are on a real installation."""
