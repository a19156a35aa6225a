"""The version of the program; the data has its own, in specs/VERSION."""

__version__ = "0.1.0"
