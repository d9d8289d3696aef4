"""Looking at what a network learned."""
