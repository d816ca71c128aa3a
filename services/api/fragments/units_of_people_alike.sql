    -- People that fare alike, each followed once for all of them (`planned`); those who are like nobody by their moments,
    -- and so those who are timed.
    units AS
    (
        SELECT
            * EXCEPT (person)
            REPLACE ([(if(person < {timed_below:UInt64}, 'timed', ''), false, toUInt64(person IN (SELECT person FROM people_apart)))] AS cells)
        FROM person_units
        WHERE person < {timed_below:UInt64} OR person IN (SELECT person FROM people_apart)

        UNION ALL

        SELECT
            true AS planned, toLowCardinality('') AS path_key,
            arrayFlatten(arrayMap(way -> ways_known.4[way], ways)) AS close,
            [('', false, people)] AS cells,
            arrayMap((first, way) -> (fromUnixTimestamp64Milli(first, 'UTC'), ways_known.5[way]), started, ways) AS values,
            CAST([], 'Array(Tuple(DateTime64(3, \'UTC\'), String))') AS members,
            arrayFlatten(arrayMap(way -> ways_known.3[way], ways)) AS fits,
            arrayMap(
                (first, number) -> first * pace + toInt64(number),
                arrayFlatten(arrayMap((first, way) -> arrayWithConstant(length(ways_known.3[way]), first), started, ways)),
                arrayEnumerate(fits)) AS began,
            began AS ended
        FROM people_alike
        WHERE person = 0
    ),
