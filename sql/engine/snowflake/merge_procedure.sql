CALL {schema}.merge_{rows}()
