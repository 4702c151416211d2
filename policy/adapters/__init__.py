"""Adapters of policy: the OPA clients and the consent view. What they promise is in policy.ports."""
