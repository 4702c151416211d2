"""Owns the fold from events to facts, a module for each kind of stream. Does not count uses: see policy.core.facts."""
