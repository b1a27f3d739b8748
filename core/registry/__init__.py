"""Records in a schema registry's wire format: whose schema they are of, and what they say."""
