"""The pure part of policy: no clock, no randomness, no IO."""
