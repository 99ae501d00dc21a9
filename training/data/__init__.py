"""Training data: readers of public datasets, the compact corpus file, windows and batches."""
