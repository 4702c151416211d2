"""The keyholder: the process that holds the keys, decides exactly, and alone records what was started and released."""
