    -- In how many sessions each event was there before they went on. After came and scoped.
    walkers AS MATERIALIZED
    (
        SELECT number, visitor_hash, started_at AS began, ended_at AS finished, before, is_so
        FROM came
        WHERE true
            -- shared
    ),

    -- include heard

    acted AS
    (
        SELECT toString(name) AS value, uniqExact(number) AS sessions, uniqExactIf(number, is_so) AS went_on
        FROM heard
        WHERE occurred_at < before
        GROUP BY value
    ),

    -- Whose events these are.
    followed AS (SELECT count() AS sessions, countIf(is_so) AS went_on FROM walkers),
