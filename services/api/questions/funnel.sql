-- How many units (sessions or people) reached each step of a funnel. What each order means stands in funnel.py.
WITH
    -- include funnel_units

    -- include plain_chain

    -- include taken

-- include steps_told
