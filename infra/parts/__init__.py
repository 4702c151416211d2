"""Owns how each foreign part is prepared and commanded: PostgreSQL, Kafka, OPA, free ports.

Does not own keeping them running (infra.supervise, or the tests).
"""
