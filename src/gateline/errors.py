"""What goes wrong, told to the person who can put it right.

Every message says where, what was read, what was wanted and how to fix it.
"""


class GatelineError(Exception):
    """Base of every error that gateline raises on purpose."""


class InputError(GatelineError, ValueError):
    """Something that a user wrote cannot be used; the command line ends with exit code 2."""


class SpecError(InputError):
    """A rule, list or catalogue file under ``specs/`` breaks the format."""
