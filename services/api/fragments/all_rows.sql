            WHERE true
