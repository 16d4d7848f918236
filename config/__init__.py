"""The project: settings, addresses, the embedded stack."""
