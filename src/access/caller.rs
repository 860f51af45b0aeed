//! Who asks, and what was granted to it. Pure: no database, no HTTP.
use super::role::{Action, may};
use crate::store::digest::hex_digest;
use crate::store::published::Published;
use crate::store::scope::{Maker, Root, Scope, Within};
use chrono::{DateTime, Utc};
use entity::vocab::{PrincipalKind, Role, Word};
use std::sync::Arc;
use uuid::Uuid;

/// A role, for the whole register or for what hangs on one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    /// None for the whole register.
    pub root: Option<Root>,
}

/// Who asks: the principal behind the token, and what it may do.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal_id: Uuid,
    pub kind: PrincipalKind,
    pub name: String,
    pub token_id: Option<Uuid>,
    /// When the token was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub grants: Vec<Grant>,
    /// The organisation whose partner it is.
    pub organisation_id: Option<Uuid>,
    /// Whether the installation shows everybody what is public.
    pub public_access: bool,
}

impl Grant {
    /// `programme_manager@project:01932c07-…`, or only the role where it is for everything.
    pub fn shown(&self) -> String {
        let role = self.role.code();
        match Root::parts(self.root) {
            (kind, Some(id)) => format!("{role}@{}:{id}", kind.code()),
            (_, None) => role.to_owned(),
        }
    }
}

impl Caller {
    /// As what it makes records: whatever its roles, with the same scope it is the same.
    pub fn maker(&self) -> Maker {
        let mut roots: Vec<String> = self
            .grants
            .iter()
            .map(|grant| match Root::parts(grant.root) {
                (kind, Some(id)) => format!("{}:{id}", kind.code()),
                (kind, None) => kind.code().to_owned(),
            })
            .collect();
        roots.sort_unstable();
        roots.dedup();
        Maker { principal_id: self.principal_id, granted: hex_digest(&roots.join(" ")) }
    }

    /// A caller without a token, in an installation with public access.
    pub fn nobody() -> Self {
        Self {
            principal_id: Uuid::nil(),
            kind: PrincipalKind::Person,
            name: String::new(),
            token_id: None,
            last_used_at: None,
            grants: Vec::new(),
            organisation_id: None,
            public_access: true,
        }
    }

    pub fn is_nobody(&self) -> bool {
        self.principal_id.is_nil()
    }

    /// Whether it reads anything but what was published.
    pub fn has_role(&self) -> bool {
        !self.grants.is_empty()
    }

    /// What it reads because it was published to it. A role for a part of the register stays that part: what everybody
    /// may read is read without the role.
    fn published(&self) -> Option<Published> {
        let everybody = self.public_access && !self.has_role();
        let published = Published { organisation: self.organisation_id, everybody };
        (everybody || self.organisation_id.is_some()).then_some(published)
    }

    /// Whether it may do this to some record at least.
    pub fn may(&self, action: Action, resource: &str) -> bool {
        self.grants.iter().any(|grant| may(grant.role, action, resource))
            || (action == Action::Read && self.published().is_some() && is_published(resource))
    }

    /// Whether it may do this in the whole register.
    pub fn may_everywhere(&self, action: Action, resource: &str) -> bool {
        self.grants.iter().any(|grant| grant.root.is_none() && may(grant.role, action, resource))
    }

    /// What it may see.
    pub fn scope(&self) -> Scope {
        self.scope_of(&self.grants, self.published())
    }

    /// To which records it may do this; none where that is all that it sees.
    pub fn scope_to(&self, action: Action, resource: &str) -> Option<Scope> {
        let grants: Vec<Grant> =
            self.grants.iter().copied().filter(|grant| may(grant.role, action, resource)).collect();
        let everywhere = grants.iter().any(|grant| grant.root.is_none());
        let all = self.grants.iter().all(|grant| grants.iter().any(|able| able.root == grant.root));
        // What was published is not its own.
        let beside = action != Action::Read && self.published().is_some();
        (!everywhere && (!all || beside)).then(|| self.scope_of(&grants, None))
    }

    /// Whether it runs the installation.
    pub fn is_admin(&self) -> bool {
        self.grants.iter().any(|grant| grant.role == Role::Admin && grant.root.is_none())
    }

    /// Its roles, for messages.
    pub fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = Vec::new();
        for grant in &self.grants {
            if !roles.contains(&grant.role) {
                roles.push(grant.role);
            }
        }
        roles
    }

    fn scope_of(&self, grants: &[Grant], published: Option<Published>) -> Scope {
        let roots: Option<Vec<Root>> = grants.iter().map(|grant| grant.root).collect();
        // One grant for the whole register is enough; no grant at all is nothing.
        match roots {
            Some(roots) => {
                Scope::Within(Arc::new(Within { roots, maker: self.maker(), published, made: Vec::new() }))
            }
            None => Scope::Register,
        }
    }
}

/// Whether records of a resource can be published.
fn is_published(resource: &str) -> bool {
    crate::REGISTER.find(resource).is_some_and(|resource| resource.publishing.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(grants: &[(Role, Option<Root>)]) -> Caller {
        Caller {
            principal_id: Uuid::nil(),
            kind: PrincipalKind::Person,
            name: "Somebody".into(),
            token_id: None,
            last_used_at: None,
            grants: grants.iter().map(|(role, root)| Grant { role: *role, root: *root }).collect(),
            organisation_id: None,
            public_access: false,
        }
    }

    #[test]
    fn it_makes_records_as_the_same_as_long_as_its_scope_is_the_same() {
        let (one, two) = (Root::Project(Uuid::nil()), Root::Funder(Uuid::nil()));
        let made = |grants: &[(Role, Option<Root>)]| caller(grants).maker().granted;
        let both = made(&[(Role::Viewer, Some(one)), (Role::Contributor, Some(two))]);
        assert_eq!(
            both,
            made(&[(Role::Contributor, Some(two)), (Role::Auditor, Some(one)), (Role::Viewer, Some(one))])
        );
        for other in
            [&[(Role::Viewer, Some(one))][..], &[(Role::Viewer, None), (Role::Viewer, Some(one))], &[]]
        {
            assert_ne!(both, made(other));
        }
    }

    fn roots(scope: &Scope) -> Option<&[Root]> {
        match scope {
            Scope::Register => None,
            Scope::Within(within) => Some(&within.roots),
        }
    }

    #[test]
    fn a_scope_is_what_all_grants_give_together() {
        let (one, two) = (Root::Project(Uuid::nil()), Root::Funder(Uuid::nil()));
        let both = caller(&[(Role::Viewer, Some(one)), (Role::ProgrammeManager, Some(two))]);
        assert_eq!(roots(&both.scope()), Some(&[one, two][..]));
        assert_eq!(both.scope_to(Action::Update, "project").as_ref().and_then(roots), Some(&[two][..]));
        assert!(both.scope_to(Action::Read, "project").is_none(), "all that it sees");
        let everything = caller(&[(Role::Viewer, None), (Role::Contributor, Some(one))]);
        assert_eq!(roots(&everything.scope()), None);
        assert_eq!(everything.scope_to(Action::Update, "event").as_ref().and_then(roots), Some(&[one][..]));
        assert!(everything.may(Action::Update, "event") && !everything.may(Action::Update, "project"));
        assert_eq!(roots(&caller(&[]).scope()), Some(&[][..]), "no grant, nothing");
    }
}
