    -- As scoped_sessions; `part` is what was said last when each place of the path was come to, '' where nothing was said.
    -- In hexadecimal digits with commas between, since people may say anything.
    walk AS
    (
        SELECT *
        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) AND toDate32(to_at) + {longest_days:UInt16}
            AND started_at >= from_at AND started_at < to_at
            -- filters
    ),

    -- include values_of_events

    scoped AS
    (
        SELECT
            *,
            if(empty(values), '', arrayStringConcat(
                arrayMap(t -> hex(arrayLast(one -> one.1 <= t, values).2), path_started_at), ',')) AS part
        FROM spoken
    ),
