"""Tables of any length: read in blocks, screened as columns, written as they come."""
