//! The store of contents of this installation: opened when it is first needed, so that commands that need none make no
//! folder.
use super::files::{Error, Files, Limits, Place};
use std::sync::{Arc, Mutex, PoisonError};

/// Where contents are kept, and how much is taken in. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Shelf {
    place: Place,
    pub limits: Limits,
    opened: Arc<Mutex<Option<Files>>>,
}

impl Shelf {
    pub fn new(place: Place, limits: Limits) -> Self {
        Self { place, limits, opened: Arc::default() }
    }

    /// # Errors
    /// Where the folder can't be made, or the bucket's access can't be used.
    pub fn files(&self) -> Result<Files, Error> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = opened.as_ref() {
            return Ok(files.clone());
        }
        let files = Files::open(&self.place)?;
        *opened = Some(files.clone());
        Ok(files)
    }
}
