"""People with jobs, tempers and bad luck: a simulated shop whose every visit knows what truly happened in it."""
