-- The last acts of those who dropped off, oldest first, by place: the ways out that were taken most.
WITH
    -- include scoped

    came AS (SELECT * FROM scoped),

    -- include left_places

    walkers AS
    (
        SELECT
            cityHash64(id) AS number, cityHash64(visitor) AS visitor_hash, started_at AS began, ended_at AS finished,
            last_stage, last_step
        FROM walked
        WHERE dropped
    ),

    -- include heard

    trails AS
    (
        SELECT
            number,
            arraySort(groupArray((
                occurred_at, id,
                if(type IN ('page', 'screen'), trim(concat(name, ' ', path)), toString(name))))) AS every,
            arraySlice(arrayMap(act -> act.3, arrayFilter(
                (act, times) -> times = 1, every, arrayEnumerateUniq(every.2))), -{acts:Int32}) AS trail
        FROM heard
        GROUP BY number
    )

SELECT stage, step, trail, sum(n) AS sessions
FROM
(
    SELECT last_stage AS stage, last_step, trail, count() AS n
    FROM trails
    INNER JOIN walkers ON walkers.number = trails.number
    GROUP BY stage, last_step, trail
)
ARRAY JOIN arrayDistinct(['', last_step]) AS step
GROUP BY stage, step, trail
ORDER BY stage, step, sessions DESC, trail
LIMIT 5 BY stage, step
