"""What is permitted: facts folded from events, the question, the answer, and OPA that decides."""
