-- Asked before each merge: it costs nothing, while a merge of nothing would wake the warehouse.
SELECT SYSTEM$STREAM_HAS_DATA('{schema}.{events}_stream')
