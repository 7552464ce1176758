"""Names in an experiment that no params file chooses: the controls, and the seeds of what is not trained."""

# Methods that need no training; they stand in every comparison and are made and scored by one job.
CONTROLS = ("truth", "exemplar", "label_mean")
# The pseudo-method, and its seed, of that job.
CONTROLS_RUN = ("controls", 0)
# The seed under which images stand that somebody else has made.
GIVEN_SEED = 0
