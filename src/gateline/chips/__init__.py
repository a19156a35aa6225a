"""Chips: the file format, the catalogue, and the quantities that follow from a chip's figures."""
