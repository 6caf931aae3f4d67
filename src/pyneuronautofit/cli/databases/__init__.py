"""Commands about model databases."""
