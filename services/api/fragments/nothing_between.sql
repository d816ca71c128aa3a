                                -- No run between the one that took the step before and this one is elsewhere.
                                AND arrayAll(
                                    (between, s, l) -> between <= arrayMax(way) OR between >= n OR before IN (s, l),
                                    arrayEnumerate(labels), stages_of, labels)
