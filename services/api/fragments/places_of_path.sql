            -- A place is a stage ('' before any) or a step of it; who was at a step was at its stage.
            arrayDistinct(arrayConcat(
                if(empty(path_stage), [('', '')], CAST([], 'Array(Tuple(String, String))')),
                arrayMap(s -> (toString(s), ''), path_stage),
                arrayFilter(p -> p.2 != '', arrayMap((s, p) -> (toString(s), toString(p)), path_stage, path_step))))
