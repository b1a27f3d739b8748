-- What the merge procedure is, a property a row; its text is that of `body`.
DESCRIBE PROCEDURE {schema}.merge_{rows}()
