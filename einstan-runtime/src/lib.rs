//! Part of einstan.
