"""Measures decisions beside OpenFGA and beside OPA with everything as data, and how fast and how surely consent is taken back."""
