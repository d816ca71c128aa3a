    -- Sessions that take the same way fare alike, so one of them is followed. `cells` has the way's number, and that one's
    -- moments, counted from the first: none where none matter.
    ways AS
    (
        SELECT
            any(path_key) AS path_key,
            (way, arrayMap(t -> t - any(counted.moments)[1], any(counted.moments))) AS cells
        FROM counted
        GROUP BY way
    ),
