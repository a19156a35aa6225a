"""Rules as dated data, and the one evaluator that compares a number with a threshold."""
