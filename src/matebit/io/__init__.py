"""Files: written atomically, read with a clear sentence when they are broken, hashed."""
