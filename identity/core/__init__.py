"""Owns the pure rules of enrolment. Does not read files, clocks, randomness or models."""
