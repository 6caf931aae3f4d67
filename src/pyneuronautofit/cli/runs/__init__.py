"""Commands about fits and their runs."""
