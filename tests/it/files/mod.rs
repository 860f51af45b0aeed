//! The store of contents as it behaves, the same in a folder and in a bucket of a real server on this machine.
mod behaviour;
mod memory;
mod place;
mod support;
