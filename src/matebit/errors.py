"""The one exception that means "the user can mend this"."""


class MatebitError(Exception):
    """A mistake of the user or of the input: one sentence saying what, where and how to mend it.

    The command line prints the message and exits with status 2, without a traceback.
    Anything else that is raised is a defect of the program and keeps its traceback.
    """
