"""What a fit has come to: models worth showing, and how they do elsewhere."""
