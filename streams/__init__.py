"""What happened: the ledger, its relay to Kafka, the transparency log, projections and agents."""

import os

# Before numpy is loaded: a search among a million faces takes 28 ms of one core, and on two busy cores a pool of two took ten times that.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
