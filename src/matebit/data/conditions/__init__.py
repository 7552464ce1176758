"""What a translation is given of an image's structure; a kind is one file and one registry line."""
