"""MLflow as a view of the files: stages write records and results, a child process tells MLflow.

No stage imports MLflow or waits for it: importing it and opening its store takes seconds, and training
must not die of a tracker that does.
"""
