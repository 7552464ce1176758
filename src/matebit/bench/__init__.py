"""What the program can measure of itself on the machine at hand; nothing here is part of a result."""
