    -- Under which circumstances (kind, value) sessions happened, and in how many of these it was so; by `mark`. Kind ''
    -- is all of them; 'when' what they showed of the circumstances of the journey's jobs. Of `marked`: mark, is_so, and
    -- what circumstanced has. Counted by one circumstance at a time, so that no session is written down once for each.
    under AS
    (
        SELECT mark, kind, value, sessions, happened
        FROM
        (
            SELECT
                mark, count() AS sessions, countIf(is_so) AS happened,
                toDayOfWeek(started_at, 0, {tz:String}) AS weekday, intDiv(toHour(started_at, {tz:String}), 6) AS daytime,
                multiIf(
                    grouping(job) = 0, ('job', toString(job)),
                    grouping(device) = 0, ('device', toString(device)),
                    grouping(browser) = 0, ('browser', toString(browser)),
                    grouping(os) = 0, ('os', toString(os)),
                    grouping(country) = 0, ('country', toString(country)),
                    grouping(referrer_class) = 0, ('referrer', toString(referrer_class)),
                    grouping(source) = 0, ('source', toString(source)),
                    grouping(medium) = 0, ('medium', toString(medium)),
                    grouping(campaign) = 0, ('campaign', toString(campaign)),
                    grouping(returning) = 0, ('visitor', if(returning, 'returning', 'new')),
                    grouping(weekday) = 0, ('weekday',
                        ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'][weekday]),
                    grouping(daytime) = 0, ('daytime', ['night', 'morning', 'afternoon', 'evening'][1 + daytime]),
                    ('', '')) AS circumstance,
                circumstance.1 AS kind, circumstance.2 AS value
            FROM marked
            GROUP BY GROUPING SETS (
                (mark), (mark, job), (mark, device), (mark, browser), (mark, os), (mark, country), (mark, referrer_class),
                (mark, source), (mark, medium), (mark, campaign), (mark, returning), (mark, weekday), (mark, daytime))
        )
        WHERE kind = '' OR value != ''

        UNION ALL

        SELECT mark, 'when' AS kind, toString(rule) AS value, count() AS sessions, countIf(is_so) AS happened
        FROM marked
        ARRAY JOIN arrayFilter(rule -> position(rule, '/when/') > 0, job_rules) AS rule
        GROUP BY mark, value
    ),
