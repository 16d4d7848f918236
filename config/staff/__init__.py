"""The staff site's own pages: figures to start from, and one box that finds anything."""
