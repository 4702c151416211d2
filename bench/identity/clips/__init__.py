"""Makes recordings of real people out of the corpus, worn as recordings are, and files as a browser writes them."""
