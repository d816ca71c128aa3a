        FROM sessions FINAL
        WHERE project = {project:String}
            AND opened_on BETWEEN toDate32(from_at) - {longest_days:UInt16}
                AND toDate32(to_at) + {longest_days:UInt16}
            AND if(by_person, ended_at, started_at) >= from_at AND started_at < to_at
            -- filters
