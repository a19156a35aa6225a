"""Systems built from chips: a server, a rack, a cluster."""
