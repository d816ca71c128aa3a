"""The pure core: what an event, a session, a stage, a job and a finding are. No I/O, no clock."""
