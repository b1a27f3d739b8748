"""The headless front end: `dropship --run JOB`, its options, its one JSON object, its signals."""
