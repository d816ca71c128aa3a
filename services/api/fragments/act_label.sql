                if(type IN ('page', 'screen'), trim(concat(name, ' ', path)), trim(concat(name, ' ', element)))
