//! The spatial core for grid-based city management (数字城管).
