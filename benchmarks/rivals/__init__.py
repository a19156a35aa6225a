"""The same two rules in other tools, as an expert would write them."""
