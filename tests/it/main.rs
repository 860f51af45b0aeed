//! The outside view: one test binary, so that there is one link and one throw-away PostgreSQL.
mod support;

mod architecture;
mod demo;
mod documents;
mod smoke;
