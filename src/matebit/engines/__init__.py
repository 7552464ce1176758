"""What runs the stages: Snakemake, DVC, and one job of one stage."""
