"""The two players and the game between them."""
