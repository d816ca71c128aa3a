            ended_at - started_at > {binding_ms:Int64} / 1000 AND length(path_offset) > 1
