"""Who works on which document, and for how long: turns, leases, pauses, shifts."""
