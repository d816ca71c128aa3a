                -- What a share of all visitors did, the same ones each time.
                AND visitor_hash < {visitors_below:UInt64}
