    -- Nothing else writes rows meanwhile: what came on top was inserted, the rest updated.
    SELECT COUNT(*) INTO :before FROM {schema}.{rows}
