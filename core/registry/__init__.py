"""Records in a schema registry's wire format: which schema one is of, and the JSON it stands for."""
