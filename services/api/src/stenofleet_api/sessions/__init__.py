"""Sessions: a recording on its way to a transcript."""
