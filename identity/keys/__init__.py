"""Keys: how likenesses, evidence, films and personal words are sealed, and how to ask the keyholder. Holds no root key."""
