"""Asking the policy about what nobody has requested yet."""
