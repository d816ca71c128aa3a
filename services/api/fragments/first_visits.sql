    -- The first session there is of each visitor, whatever the question is about; as a hash of who and when, which takes
    -- a third of the time of the name, and of which any two of 10 million are alike with odds of 1 to 370,000.
    first_visits AS
    (
        -- include visits_that_are_first
    ),
