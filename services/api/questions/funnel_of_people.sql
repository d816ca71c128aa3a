-- How many people reached each step of a funnel, where very many are asked about: as funnel.sql, with those followed as
-- one who fare alike, and times of a share of them. What each order means stands in funnel.py.
WITH
    -- include funnel_words

    -- include identified_in_numbers

    -- include people_alike

    -- include units_walked

    -- include units

    -- include plain_chain

    -- include taken

-- include steps_told
