            -- What a path does with a chain that comes to it: to which step it takes one from each, or which steps it has.
            if(any_order,
                [arrayReduce('groupBitOr', fits)],
                arrayMap(
                    from_step -> arrayFold(
                        (step, fit, near) -> if(
                            bitTest(fit, step + 1), arrayFold((to, k) -> if(k = to + 1 AND bitTest(near, k), k, to), ks, step), step),
                        fits, nears, toUInt64(from_step)),
                    range(length(ks))))
