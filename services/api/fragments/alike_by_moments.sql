                -- Twice the moments at which it came to each place of its path, and was there last, in order: none where it
                -- was over before a window can bind. Cut to nothing rather than left out by a condition, which takes longer.
                arraySort(arrayMap(t -> 2 * toUnixTimestamp64Milli(t), arraySlice(
                    arrayConcat(path_started_at, path_ended_at), 1, 2 * length(path_started_at) * (
            -- include lasted
                    > {windows:Array(Int64)}[1])))) AS marks,
                -- Sessions fare alike that are of one path, and whose moments lie alike: any two of them are one, within less
                -- than a second, and within each window in both, or in neither. The former are told by the gaps between
                -- neighbours; only where one is less than a second is there more to it. Kept counts have these numbers:
                -- whoever changes them empties session_counts.
                arrayMap(gap -> multiIf(gap = 0, 0, gap < 2000, 1, 2), arrayDifference(marks)) AS gaps,
                arraySlice(marks, 1, has(gaps, 1) * length(marks)) AS close,
                cityHash64(path_key, gaps,
                    -- within_a_second
                    -- within_windows
                    0) AS way,
