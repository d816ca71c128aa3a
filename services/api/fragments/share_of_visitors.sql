                -- What a share of all visitors did, the same ones each time.
                AND cityHash64(visitor) < {visitors_below:UInt64}
