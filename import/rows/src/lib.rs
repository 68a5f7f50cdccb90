//! The row protocol.
