"""Words: counted, looked up, compared, and the losses of word vectors."""
