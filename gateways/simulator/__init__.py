"""Partners that answer over the real wire, with a ledger of their own and fault knobs."""
