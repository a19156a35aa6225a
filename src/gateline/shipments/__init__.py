"""What is shipped, from where to whom: the inputs of the rules about shipments."""
