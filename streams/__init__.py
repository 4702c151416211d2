"""What happened: the ledger, its relay to Kafka, the transparency log, projections and agents."""
