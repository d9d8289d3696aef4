"""How good is it, and for whom."""
