"""Owns judging what is asked for against the rules of those who appear. Owns no right to permit anything."""
