"""Pure rules of the record: the tree and its notes, projections, what is parked. No clock, randomness or IO."""
