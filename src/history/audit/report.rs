//! What a verification found: faults with their places, what was held against what, and what can't be seen at all.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Faults that a report names; it counts all.
pub const MOST_FAULTS: usize = 1000;

/// What no verification from inside the database can see, whatever it finds.
pub const UNSEEN: [&str; 4] = [
    "A history that was rewritten whole, or from some entry on, by the program's own rules, after the newest checkpoint \
     that was given from outside: keep checkpoints where those with access to the database can't change them.",
    "Entries that were cut off the end after that checkpoint, together with their checkpoints in the database.",
    "Entries that were forged at the end by the program's own rules.",
    "Tables beside the register: tokens, principals, grants, settings, the log of who read personal data.",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The entry, or a state that it wrote, is not what its digest was made from.
    EntryChanged,
    EntryUnreadable,
    EntryMissing,
    EntryOutOfOrder,
    /// It does not follow from the entry before it in the order of commits.
    LinkBroken,
    /// A past state names an entry that is not there.
    StateWithoutEntry,
    /// A past state does not end where the next one begins.
    StatesBroken,
    /// Personal values are not those that were committed to, or went without an erasure.
    PersonalDataChanged,
    /// The live row is not its newest state.
    LiveDiffers,
    LiveMissing,
    LiveInserted,
    /// The entries under a checkpoint are not those that it was made over.
    CheckpointMismatch,
    /// A checkpoint was not signed by the key, or its row says something else than its note.
    CheckpointForged,
    /// A checkpoint tells of more entries than there are.
    HistoryCut,
}

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    #[schema(value_type = String, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", example = "entry_changed")]
    pub kind: Kind,
    /// The entry's place in the order of commits, as it stands there.
    #[schema(required, minimum = -9223372036854775807)]
    pub position: Option<i64>,
    /// The entry's own number.
    #[schema(required, minimum = -9223372036854775807)]
    pub seq: Option<i64>,
    /// Of which resource and record.
    #[schema(required, max_length = 60, pattern = "^[^\\u0000]*$")]
    pub aggregate: Option<String>,
    #[schema(required)]
    pub aggregate_id: Option<Uuid>,
    /// The table and row, where it is a row.
    #[schema(required, max_length = 80, pattern = "^[a-z_]+$")]
    pub table: Option<String>,
    #[schema(required)]
    pub row_id: Option<Uuid>,
    /// In words.
    #[schema(max_length = 4000, pattern = "^[^\\u0000]*$")]
    pub detail: String,
}

impl Fault {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            position: None,
            seq: None,
            aggregate: None,
            aggregate_id: None,
            table: None,
            row_id: None,
            detail: detail.into(),
        }
    }

    /// At a row.
    pub fn row(mut self, table: &str, id: Uuid) -> Self {
        self.table = Some(table.to_owned());
        self.row_id = Some(id);
        self
    }
}

/// A checkpoint that the history was held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Held {
    #[schema(minimum = 0)]
    pub tree_size: i64,
    pub at: DateTime<Utc>,
    /// The name of the key that signed it.
    #[schema(max_length = 100, pattern = "^[^\\s+]+$", example = "grants.example.org")]
    pub origin: String,
    /// Whether it was given from outside the database, or its key was.
    pub from_outside: bool,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Nothing was found.
    pub clean: bool,
    #[schema(minimum = 0)]
    pub entries: i64,
    #[schema(minimum = 0)]
    pub states: i64,
    /// How many checkpoints agree with the entries.
    #[schema(minimum = 0)]
    pub checkpoints: i64,
    /// The checkpoint over the most entries that agrees.
    #[schema(required)]
    pub newest: Option<Held>,
    /// Up to this position nothing can have been rewritten unseen: a checkpoint that agrees was given from outside; null
    /// where none was.
    #[schema(required, minimum = 0)]
    pub proven_up_to: Option<i64>,
    #[schema(minimum = 0)]
    pub fault_count: i64,
    /// The first thousand.
    #[schema(max_items = 1000)]
    pub faults: Vec<Fault>,
    /// What a verification can't see, in words.
    #[schema(max_items = 10, format = "text", max_length = 400)]
    pub unseen: Vec<String>,
}

/// Nothing was looked at yet.
impl Default for Report {
    fn default() -> Self {
        Self {
            clean: true,
            entries: 0,
            states: 0,
            checkpoints: 0,
            newest: None,
            proven_up_to: None,
            fault_count: 0,
            faults: Vec::new(),
            unseen: UNSEEN.map(str::to_owned).into(),
        }
    }
}

impl Report {
    pub fn add(&mut self, fault: Fault) {
        self.clean = false;
        self.fault_count += 1;
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    /// A checkpoint agrees.
    pub fn agrees(&mut self, held: Held) {
        self.checkpoints += 1;
        if held.from_outside {
            self.proven_up_to = self.proven_up_to.max(Some(held.tree_size));
        }
        if self.newest.as_ref().is_none_or(|newest| newest.tree_size <= held.tree_size) {
            self.newest = Some(held);
        }
    }
}
