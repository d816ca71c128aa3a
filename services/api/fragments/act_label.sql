                if(type IN ('page', 'screen'), trim(concat(name, ' ', path)), toString(name))
