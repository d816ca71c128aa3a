    -- Each way through events or pages, with how many took it and the times between them. After scoped.
    -- include events_walked

    ways AS MATERIALIZED
    (
        SELECT
            part, labels, is_done, count() AS n,
            quantileExactInclusiveStateForEach(0.5)(arrayPopFront(arrayDifference(moments))) AS waits
        FROM walked
        GROUP BY part, labels, is_done
    ),
