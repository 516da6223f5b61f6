"""Find school funding and partnerships: a knowledge base with search for English schools and councils."""
