multiIf(JSONType(props, {property:String}) = 'String', JSONExtractString(props, {property:String}),
                    JSONType(props, {property:String}) = 'Null', '', JSONExtractRaw(props, {property:String}))
