-- Locks of this user's transactions, in all of the user's sessions; asking needs no warehouse.
SHOW LOCKS
