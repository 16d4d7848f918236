"""Sites that become documents: read politely, page by page, and kept up to date."""
