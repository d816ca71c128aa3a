                -- Nobody asks what an attempt took: these columns are a good part of what is read.
                toUInt64(0) AS moves, toUInt64(0) AS acts, toFloat64(0) AS worth, toLowCardinality('') AS currency,
                false AS is_rough,
