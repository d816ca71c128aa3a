    -- A page of the sessions in which the units of one cell of a funnel took their step. After taken and walk.
    , cell AS
    (
        SELECT DISTINCT taken_in
        FROM taken
        WHERE k = {k:UInt8} AND (by = '' OR value = {value:String})
            AND multiIf(
                {fate:String} = 'converted', went_on,
                {fate:String} = 'in_progress', undecided AND NOT went_on,
                {fate:String} = 'dropped', NOT undecided AND NOT went_on,
                true)
    ),

    page AS
    (
        SELECT *
        FROM
        (
            SELECT opened_on, id, started_at, count() OVER () AS total
            FROM walk
            WHERE id IN (SELECT taken_in FROM cell)
        )
        WHERE (started_at, id) < (fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'), {before_id:String})
        ORDER BY started_at DESC, id DESC
        LIMIT {limit:UInt16}
    )
