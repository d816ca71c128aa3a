    -- What sessions are told apart by, where they keep it themselves.
    spoken AS
    (
        SELECT
            *,
            [(started_at, multiIf(
                by = 'job', toString(job), by = 'journey_version', toString(journey_version), ''))] AS values
        FROM walk
    ),
