"""Commands about how good searches are."""
