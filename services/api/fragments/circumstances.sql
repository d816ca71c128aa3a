    -- Under which circumstances each session of the question happened: (kind, value), and the circumstances of the
    -- journey's jobs that it showed, as `when`. After scoped.
    seen_first AS
    (
        SELECT visitor, min(started_at) AS first_at
        FROM sessions FINAL
        WHERE project = {project:String} AND visitor IN (SELECT visitor FROM scoped)
        GROUP BY visitor
    ),

    circumstanced AS
    (
        SELECT
            scoped.*, first_at < started_at AS returning,
            arrayFilter(one -> one.2 != '', arrayConcat(
                [
                    ('job', toString(job)),
                    ('visitor', if(returning, 'returning', 'new')),
                    ('weekday', ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'][
                        toDayOfWeek(started_at, 0, {tz:String})]),
                    ('daytime', ['night', 'morning', 'afternoon', 'evening'][1 + intDiv(toHour(started_at, {tz:String}), 6)])
                ],
                arrayMap(rule -> ('when', toString(rule)), arrayFilter(rule -> position(rule, '/when/') > 0, job_rules)))
            ) AS circumstances
        FROM scoped
        INNER JOIN seen_first USING (visitor)
    ),
