    SELECT COUNT(*) - :before, :written - (COUNT(*) - :before), 0
    INTO :inserted, :updated, :removed
    FROM {schema}.{rows}
