"""Adapters of the record: Postgres, Kafka, files."""
