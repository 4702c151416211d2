"""Owns setting up an installation and keeping its parts running; does not own what any part of ours does."""
