"""What may stand in the way of the pipeline, looked at from outside, with a way to fix each."""
