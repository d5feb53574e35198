"""The domain on its own: pure values and decisions."""
