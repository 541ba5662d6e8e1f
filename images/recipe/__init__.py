"""`python -m images.recipe`: from Debian's packages and this work tree to an image, a bundle and their bill."""
