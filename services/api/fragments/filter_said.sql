            -- Sessions in which some event fits the condition.
            AND id IN
            (
                SELECT id
                FROM sessions FINAL
                INNER JOIN
                (
                    SELECT visitor, groupArray(occurred_at) AS moments
                    FROM events
                    WHERE project = {project:String}
                        AND toDate(occurred_at) BETWEEN toDate(from_at) - {longest_days:UInt16}
                            AND toDate(to_at) + {longest_days:UInt16}
                        AND (
                            -- condition
                        )
                    GROUP BY visitor
                ) AS said USING (visitor)
                WHERE project = {project:String}
                    AND opened_on BETWEEN toDate32(from_at) - {longest_days:UInt16}
                        AND toDate32(to_at) + {longest_days:UInt16}
                    AND arrayExists(t -> t BETWEEN started_at AND ended_at, moments)
            )
