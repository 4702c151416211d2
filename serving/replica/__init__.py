"""Owns the two processes of an attempt, a watcher and its child; owns no right to start or release anything."""
