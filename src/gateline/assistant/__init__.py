"""A server for assistants: read-only tools over the Model Context Protocol, on standard input and output."""
