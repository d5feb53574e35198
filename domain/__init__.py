"""What a case is and what the rulebook says: pydantic values and pure decisions. No I/O, no clock, no Temporal."""
