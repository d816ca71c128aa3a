    -- Under which circumstances each session of the question happened: (kind, value), and the circumstances of the
    -- journey's jobs that it showed, as `when`. After scoped.
    -- include first_visits

    circumstanced AS
    (
        SELECT
            scoped.*, first_at < started_at AS returning,
            arrayFilter(one -> one.2 != '', arrayConcat(
                [
                    ('job', toString(job)),
                    ('device', toString(device)),
                    ('browser', toString(browser)),
                    ('os', toString(os)),
                    ('country', toString(country)),
                    ('referrer', toString(referrer_class)),
                    ('source', toString(source)),
                    ('medium', toString(medium)),
                    ('campaign', toString(campaign)),
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
