"""Ledgers of shipments: read as columns, different transactions screened once, totals counted in the same pass."""
