"""Events of any pipeline, made from its definition: replayed from a file, or made up."""
