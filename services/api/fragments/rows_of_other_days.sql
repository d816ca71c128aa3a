            WHERE opened_on NOT IN (SELECT opened_on FROM kept)
