                    -- How moments and the same ones so much later lie among each other, the former first where they are one.
                    arrayMap(mark -> toUInt8(bitAnd(mark, 1)), arraySort(arrayConcat(
                        -- marks
                        , arrayMap(mark -> mark + 1 + 2 *
                            -- length
                            ,
                            -- marks
                            )))),
