//! The only place that opens transactions and writes SQL for whole resources: connections, views, lists, the unit
//! of work and its history. What a resource means is decided in its room.
pub mod aggregate;
pub mod classify;
pub mod db;
pub mod digest;
pub mod entries;
pub mod error;
mod history;
pub mod listing;
pub mod path;
pub mod personal;
pub mod published;
pub mod read;
mod referrers;
pub mod remembered;
pub mod resource;
pub mod rule;
pub mod scope;
pub mod table;
pub mod unit;
pub mod view;

pub use error::{Error, Referrer, Result};
pub use history::{link_of, number_waiting, position_at};
pub use resource::{
    Derivation, Group, Life, Link, Neighbour, Part, Publishing, Reference, Register, Resource, Target, never,
    parse,
};
pub use table::{Nested, Record, Row, Table};
