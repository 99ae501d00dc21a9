"""Many films in one go: which ones, where each result goes, what is done already, how many at once."""
