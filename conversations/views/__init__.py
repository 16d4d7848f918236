"""The chat pages: reading, asking, keeping order, saying what one thinks."""
