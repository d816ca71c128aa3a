multiIf(
                    -- Most say nothing of it, which is seen sooner than read; a backslash may spell the word otherwise.
                    (position(context, 'segment') > 0 OR position(context, '\\') > 0)
                        AND JSONExtractString(context, 'traits', 'segment') != '', JSONExtractString(context, 'traits', 'segment'),
                    type = 'identify', JSONExtractString(props, 'segment'), '')
