"""Google Speech-to-Text: operations are rows, which short tasks on ``core`` bring forward.

No worker waits for Google, and only `client` knows its library: the rest is plain data.
"""
