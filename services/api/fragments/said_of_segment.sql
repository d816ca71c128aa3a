if(JSONExtractString(context, 'traits', 'segment') != '', JSONExtractString(context, 'traits', 'segment'),
                    if(type = 'identify', JSONExtractString(props, 'segment'), ''))
