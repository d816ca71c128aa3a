"""`desireline rejudge`: stored history under another journey, shown beside what stands, and put into its place."""
