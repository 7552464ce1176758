"""Networks that find structure in an image of which the source knows none; each is one file and one line."""
