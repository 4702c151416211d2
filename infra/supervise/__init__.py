"""Owns starting, watching and ending the parts of an installation; does not own how a foreign part is prepared (infra.parts)."""
