"""Intake: what kiosks queued arrives here, sealed, exactly once."""
