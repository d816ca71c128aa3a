    known_numbers AS
    (
        -- include known_in_numbers
    ),
