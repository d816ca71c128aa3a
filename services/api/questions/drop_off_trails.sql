-- The last acts of those who dropped off, oldest first, by place: the ways out that were taken most. What came again at
-- once is told once, since five clicks on one element would say no more; so is an event that came twice.
--
-- An act is one number, since arrays of texts take three times as long: when it was (48 bits), the first 20 bytes of its
-- id, which tell which of two at one moment was first, and a hash of what it is called (48 bits).
WITH
    -- include scoped

    came AS (SELECT * FROM scoped),

    -- include left_places

    walkers AS MATERIALIZED
    (
        SELECT
            cityHash64(id) AS number, cityHash64(visitor) AS visitor_hash, started_at AS began, ended_at AS finished,
            part, last_stage, last_step
        FROM walked
        WHERE dropped
            -- shared
    ),

    -- include heard

    trails AS
    (
        SELECT
            number,
            arraySlice(arrayCompact(arrayMap(act -> toUInt64(bitAnd(act, 281474976710655)), arraySort(groupArray(bitOr(
                bitShiftLeft(toUInt256(toUnixTimestamp64Milli(occurred_at)), 208), bitOr(
                    bitShiftLeft(reinterpretAsUInt256(reverse(rightPad(substring(id, 1, 20), 20, '\0'))), 48),
                    toUInt256(bitAnd(cityHash64(label), 281474976710655)))))))), -{acts:Int32}) AS trail
        FROM
        (
            SELECT
                number, occurred_at, id,
                -- include act_label
                AS label
            FROM heard
            WHERE name NOT IN {unacted:Array(String)}
        )
        GROUP BY number
    ),

    taken_most AS MATERIALIZED
    (
        SELECT
            part, stage, step, trail, sum(n) AS sessions, sum(sessions) OVER (PARTITION BY part, stage, step) AS followed,
            any(somebody) AS taken_by
        FROM
        (
            SELECT part, last_stage AS stage, last_step, trail, count() AS n, any(visitor_hash) AS somebody
            FROM trails
            INNER JOIN walkers ON walkers.number = trails.number
            GROUP BY part, stage, last_step, trail
        )
        ARRAY JOIN arrayDistinct(['', last_step]) AS step
        GROUP BY part, stage, step, trail
        ORDER BY part, stage, step, sessions DESC, trail
        LIMIT 5 BY part, stage, step
    ),

    -- include act_labels

    '' AS nothing

SELECT part, stage, step, arrayMap(one -> one.2, arraySort(groupArray((place, label)))) AS trail,
    any(sessions) AS sessions, any(followed) AS followed
FROM
(
    SELECT part, stage, step, trail, sessions, followed, act, place
    FROM taken_most
    ARRAY JOIN trail AS act, arrayEnumerate(trail) AS place
) AS acts
INNER JOIN labels ON labels.act = acts.act
GROUP BY part, stage, step, acts.trail
ORDER BY part, stage, step, sessions DESC, trail
