    -- What sessions are told apart by, where they keep it themselves.
    spoken AS
    (
        SELECT *, [(started_at, part)] AS values
        FROM walk
    ),
