"""What the words of one system mean in another: mirrored lists, and the mappings people make between them."""
