-- The sessions behind a cell of a funnel: where its units took a step, newest first, a page at a time.
WITH
    -- include funnel_units

    -- include plain_chain

    -- include taken

    -- include cell_page

-- include page_rows
