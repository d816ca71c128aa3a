    -- In the place of acted, where events are not asked for.
    acted AS (SELECT false AS went_on, '' AS value WHERE false),
