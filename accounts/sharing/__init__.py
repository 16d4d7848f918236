"""Projects are made and changed here, people asked into them, and let go."""
