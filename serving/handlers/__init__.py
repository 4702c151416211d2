"""Handlers: one function a command, over ports. They know nothing of HTTP, SQL or Kafka."""
