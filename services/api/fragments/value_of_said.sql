                unhex(splitByChar(',', part)[
                    multiIf({attribution:String} = 'first', entry, {attribution:String} = 'last', last_place, hop.3)])
