    -- In how many sessions each event was there before they went on. After came and scoped.
    walkers AS MATERIALIZED
    (
        SELECT part, number, visitor_hash, started_at AS began, ended_at AS finished, before, is_so
        FROM came
        WHERE true
            -- shared
    ),

    -- include heard

    acted AS
    (
        SELECT part, toString(name) AS value, uniqExact(number) AS sessions, uniqExactIf(number, is_so) AS went_on
        FROM heard
        WHERE occurred_at < before
        GROUP BY part, value
    ),

    -- Whose events these are.
    followed AS (SELECT part, count() AS sessions, countIf(is_so) AS went_on FROM walkers GROUP BY part),
