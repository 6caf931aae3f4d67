"""Commands that say how certain a fit is."""
