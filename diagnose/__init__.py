"""What is wrong with a model: the first bad node of a run, and where two runs part."""
