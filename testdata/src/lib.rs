//! Fixtures with names and expectations.
