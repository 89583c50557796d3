"""The pages on which patients see to their own affairs. Visits and charts add theirs."""
