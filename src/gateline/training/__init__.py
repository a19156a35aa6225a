"""Training compute: what a lab has, and the operations that follow from it."""
