"""What passes between the stages: names, columns and readers of every table and file, and no stage."""
