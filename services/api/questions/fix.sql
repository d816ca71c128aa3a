-- Before and after a fix, by weekday: who came to its place, who met what it was to mend there, and who went on.
WITH
    {stages:Array(String)} AS stages,

    -- include scoped

    -- include scoped_findings

    met AS
    (
        SELECT DISTINCT session_id
        FROM scoped_findings
        WHERE fate = '' AND detector = {detector:String}
            AND ({at_stage:String} = '' OR stage = {at_stage:String})
            AND ({at_step:String} = '' OR step = {at_step:String})
            AND ({at_page:String} = '' OR page = {at_page:String})
            AND ({at_element:String} = '' OR element = {at_element:String})
    )

SELECT
    part, toDayOfWeek(started_at, 0, {tz:String}) AS weekday,
    toUnixTimestamp64Milli(started_at) >= {fixed_ms:Int64} AS is_after,
    count() AS exposed, countIf(id IN (SELECT session_id FROM met)) AS affected,
    countIf(arrayExists(s -> indexOf(stages, s) > indexOf(stages, {at_stage:String}), path_stage)) AS went_on
FROM scoped
WHERE ({at_stage:String} = '' AND {at_step:String} = '')
    OR arrayExists((s, p) -> {at_stage:String} IN ('', toString(s)) AND {at_step:String} IN ('', toString(p)), path_stage, path_step)
GROUP BY part, weekday, is_after
ORDER BY part, weekday, is_after
