"""How fast, at what cost: each module measures one thing and prints one small table."""
