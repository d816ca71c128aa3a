-- A state that was only written again, by a worker taking a partition on, stands for no more than it did before.
ALTER TABLE session_state ADD COLUMN IF NOT EXISTS stands_for UInt64 DEFAULT version AFTER version;
