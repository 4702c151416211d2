"""Owns the pure rules of serving; no module here reads a clock, draws at random or does IO."""
