    -- Whom a funnel follows, and what fits its steps: read from session rows, where an element of a path is a run of
    -- events at one place, with the moments of the first and the last of them.
    --
    -- A unit is either a session or a person, followed by the moments of its acts. What is `planned` is followed without
    -- any, where none matter (units_of_ways.sql): these are not.
    -- include funnel_words

    -- include identified_in_numbers

    -- include units_walked

    -- include units
