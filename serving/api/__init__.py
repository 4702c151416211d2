"""The HTTP API: FastAPI over the command handlers. It runs without Ray: revoking works when the GPUs are gone."""
