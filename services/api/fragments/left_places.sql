    -- The places each session of the question came to, and whether it was left for good there: a drop-off is a closed
    -- session that reached neither a stage with the role `done` nor its job's outcome, at its last place. A place is a
    -- stage ('' before any) or a step of it; who was at a step was at its stage. After circumstanced.
    places AS
    (
        SELECT
            *,
            state = 'closed' AND NOT hasAny(path_stage, {done:Array(String)})
                AND toUnixTimestamp64Milli(outcome_at) <= 0 AS dropped,
            arrayJoin(arrayDistinct(arrayConcat(
                if(empty(path_stage), [('', '')], CAST([], 'Array(Tuple(String, String))')),
                arrayMap(s -> (toString(s), ''), path_stage),
                arrayFilter(p -> p.2 != '', arrayMap((s, p) -> (toString(s), toString(p)), path_stage, path_step))))) AS place,
            place.1 AS at_stage, place.2 AS at_step,
            dropped AND toString(path_stage[-1]) = at_stage AND at_step IN ('', toString(path_step[-1])) AS dropped_here
        FROM circumstanced
    ),
