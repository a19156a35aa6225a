"""A local page and REST API over the jobs, for this machine only."""
