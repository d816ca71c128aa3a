                toUInt64(greatest(pages, length(path_stage))) AS moves, toUInt64(events) AS acts, value AS worth,
                substring(currency, 1, 8) AS currency,
                opener IN (SELECT cityHash64(session_id) FROM frictions WHERE severity >= 2 AND NOT intended) AS is_rough,
