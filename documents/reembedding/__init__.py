"""Another embedding model without a gap: vectors are made beside those in use, then switched."""
