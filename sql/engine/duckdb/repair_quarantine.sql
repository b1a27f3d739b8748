-- What the merge put aside because of the damage; it is put aside again where that was not why.
DELETE FROM {schema}.dead_letters WHERE stage = 'merge' AND list_contains(?, event_id)
