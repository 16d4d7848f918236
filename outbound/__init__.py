"""The one door out: every address a person supplied is reached through this package alone."""
