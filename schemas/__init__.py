"""The vocabulary: every event, its envelope, its bytes. Knows nothing of storage, transport or policy."""
