-- Files of batches on the stage; asking needs no warehouse.
LIST @{schema}.batches
