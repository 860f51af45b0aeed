//! Role × action × resource, in one table.
use entity::vocab::Role;
use serde::Serialize;
use utoipa::ToSchema;

/// What may be done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Read,
    Create,
    Update,
    Delete,
    Transition,
}

impl Action {
    pub const ALL: [Self; 5] = [Self::Read, Self::Create, Self::Update, Self::Delete, Self::Transition];

    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Transition => "transition",
        }
    }
}

/// Beside the resources: the personal data of persons where it is restricted, and its removal; whether the history still
/// is what was written. What hangs on no record counts for the whole register only.
pub const PERSONAL_DATA: &str = "personal_data";
pub const AUDIT: &str = "audit";
/// Versions of funders' rules, which hang on no record either and never change.
const REGIME: &str = "regime";

/// What the program works out by itself; callers say when it was fulfilled.
const OBLIGATION: &str = "obligation";

/// Agreements, what happens to them, and papers.
const OF_AGREEMENTS: [&str; 6] =
    ["grant_agreement", "amendment", "suspension", "termination", "report", "document"];

/// Whether a role may act on a resource (its singular name).
pub fn may(role: Role, action: Action, resource: &str) -> bool {
    match role {
        _ if resource == PERSONAL_DATA => role == Role::Admin,
        _ if resource == AUDIT => matches!(role, Role::Admin | Role::Auditor) && action == Action::Read,
        _ if resource == REGIME => match action {
            Action::Read => true,
            Action::Create => matches!(role, Role::Admin | Role::ProgrammeManager),
            Action::Update | Action::Delete | Action::Transition => false,
        },
        _ if resource == OBLIGATION => match action {
            Action::Read => true,
            Action::Update => matches!(role, Role::Admin | Role::ProgrammeManager | Role::FinanceOfficer),
            Action::Create | Action::Delete | Action::Transition => false,
        },
        Role::Admin | Role::ProgrammeManager => true,
        Role::Viewer | Role::Auditor => action == Action::Read,
        Role::Contributor => {
            let own = ["event", "publication"].contains(&resource);
            // Papers are brought by all, and taken away by few.
            action == Action::Read || own || (resource == "document" && action != Action::Delete)
        }
        Role::FinanceOfficer => {
            action == Action::Read || (OF_AGREEMENTS.contains(&resource) && action != Action::Delete)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for role in [
            Role::Admin,
            Role::ProgrammeManager,
            Role::FinanceOfficer,
            Role::Contributor,
            Role::Viewer,
            Role::Auditor,
        ] {
            for resource in ["project", "grant_agreement", "event", PERSONAL_DATA, AUDIT, REGIME, OBLIGATION]
            {
                let may: Vec<&str> =
                    Action::ALL.into_iter().filter(|a| may(role, *a, resource)).map(Action::code).collect();
                table += &format!("{role:?} {resource}: {}\n", may.join(" "));
            }
        }
        assert_eq!(
            table,
            "Admin project: read create update delete transition\n\
             Admin grant_agreement: read create update delete transition\n\
             Admin event: read create update delete transition\n\
             Admin personal_data: read create update delete transition\n\
             Admin audit: read\n\
             Admin regime: read create\n\
             Admin obligation: read update\n\
             ProgrammeManager project: read create update delete transition\n\
             ProgrammeManager grant_agreement: read create update delete transition\n\
             ProgrammeManager event: read create update delete transition\n\
             ProgrammeManager personal_data: \n\
             ProgrammeManager audit: \n\
             ProgrammeManager regime: read create\n\
             ProgrammeManager obligation: read update\n\
             FinanceOfficer project: read\n\
             FinanceOfficer grant_agreement: read create update transition\n\
             FinanceOfficer event: read\n\
             FinanceOfficer personal_data: \n\
             FinanceOfficer audit: \n\
             FinanceOfficer regime: read\n\
             FinanceOfficer obligation: read update\n\
             Contributor project: read\n\
             Contributor grant_agreement: read\n\
             Contributor event: read create update delete transition\n\
             Contributor personal_data: \n\
             Contributor audit: \n\
             Contributor regime: read\n\
             Contributor obligation: read\n\
             Viewer project: read\n\
             Viewer grant_agreement: read\n\
             Viewer event: read\n\
             Viewer personal_data: \n\
             Viewer audit: \n\
             Viewer regime: read\n\
             Viewer obligation: read\n\
             Auditor project: read\n\
             Auditor grant_agreement: read\n\
             Auditor event: read\n\
             Auditor personal_data: \n\
             Auditor audit: read\n\
             Auditor regime: read\n\
             Auditor obligation: read\n"
        );
    }
}
