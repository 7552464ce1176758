"""`matebit doctor`: what this machine and this installation have, what lacks, and what to do about it."""
