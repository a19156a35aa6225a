"""What goes wrong, told to the person who can put it right.

Every message says where, what was read, what was wanted and how to fix it.
"""


class GatelineError(Exception):
    """Base of every error that gateline raises on purpose."""


class InputError(GatelineError, ValueError):
    """Something that a user wrote cannot be used; the command line ends with exit code 2.

    The message quotes what was read, so marks that a terminal would obey are replaced: it is one printable line.

    Attributes
    ----------
    field : str
        The entry of a document that it is about, such as ``rates[0].rate``; empty where that is not known.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__("".join(mark if mark.isprintable() else "?" for mark in message))
        self.field = field


class SpecError(InputError):
    """A rule, list or catalogue file under ``specs/`` breaks the format."""
