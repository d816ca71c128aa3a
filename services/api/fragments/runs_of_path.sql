            -- The runs of a path, with the stage of each, and its stage.step.
            arrayMap(run -> splitByChar('\t', run), splitByChar('\n', path_key)) AS runs,
            arrayMap(run -> run[1], runs) AS stages_of,
            arrayMap(run -> concat(run[1], '.', run[2]), runs) AS labels,
