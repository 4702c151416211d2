"""Owns judging what is asked for against the rules of those who appear. Owns no right to permit anything."""

import os

# Before numpy is loaded: a sentence's small products gain nothing from a second thread, and lose a hundredfold where cores are busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
