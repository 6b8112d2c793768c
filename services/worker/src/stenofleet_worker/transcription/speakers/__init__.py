"""Who speaks when: voices are heard window by window, and compared over the whole recording."""
