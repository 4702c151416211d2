"""Owns leasing requested generations to replicas and recording how attempts end. Owns no right to start or release."""
