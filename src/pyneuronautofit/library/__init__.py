"""What a notebook needs: recordings, models, fits. The package itself has its names."""
