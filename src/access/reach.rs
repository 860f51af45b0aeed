//! What hangs on that for which a role was granted: the agreements of a funder or programme and their projects, and
//! what is linked to these. One place says it for all resources; the store makes every query keep to it.
use crate::funders::{Way, agreements_paid_by, projects_of};
use crate::store::Resource;
use crate::store::path::{step, within};
use crate::store::scope::{Root, Within};
use crate::store::view::View;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, SelectStatement, UnionType};
use uuid::Uuid;

/// The records of a resource that hang on the roots of a scope. What the caller made itself is added by the store.
pub fn reach(all: &View, within: &Within, resource: &'static Resource) -> Vec<SelectStatement> {
    let scope = Hanging { all, within };
    match resource.name {
        "grant_agreement" => scope.agreements(),
        "amendment" | "suspension" | "termination" | "obligation" | "report" | "waiver" => {
            let agreements = within.ids_of(all, "grant_agreement");
            vec![step(all, resource.table.name, "id", "grant_agreement_id", agreements)]
        }
        "project" => scope.projects(),
        "event" => scope.linked("event_link", "event_id"),
        "publication" => {
            let mut own = scope.linked("publication_link", "publication_id");
            let events = within.ids_of(all, "event");
            own.push(step(all, "publication_link", "publication_id", "event_id", events));
            own
        }
        "claim" => scope.claims(),
        "document" => scope.documents(),
        "programme" => scope.programmes().into_iter().collect(),
        "funder" => scope.some("funder", &scope.funders()).into_iter().collect(),
        // Rules, not records: whoever has a role for anything reads them.
        "regime" if !within.roots.is_empty() => vec![all.select_columns("regime", "id", &["id"])],
        _ => Vec::new(),
    }
}

/// The records of a resource to which an organisation is a party: it takes part in them, or in what they belong to.
pub fn party(
    all: &View,
    within: &Within,
    organisation: Uuid,
    resource: &'static Resource,
) -> Vec<SelectStatement> {
    let itself = || some(all, "organisation", &[organisation]);
    let of = |table, take, by| step(all, table, take, by, itself());
    let as_funder = || of("funder", "id", "organisation_id");
    let through = |table, take, by, name| step(all, table, take, by, within.party(name));
    match resource.name {
        "organisation" => vec![itself()],
        "funder" => vec![as_funder()],
        "programme" => vec![
            of("programme", "id", "managing_organisation_id"),
            step(all, "programme", "id", "funder_id", as_funder()),
        ],
        "grant_agreement" => vec![
            of("agreement_party", "grant_agreement_id", "organisation_id"),
            of("funding_hop", "grant_agreement_id", "payer_id"),
            of("funding_hop", "grant_agreement_id", "recipient_id"),
            step(all, "grant_agreement", "id", "funder_id", as_funder()),
        ],
        "project" => vec![
            of("project", "id", "lead_organisation_id"),
            of("project_participant", "project_id", "organisation_id"),
            through("agreement_project", "project_id", "grant_agreement_id", "grant_agreement"),
        ],
        "event" => vec![
            of("event_organisation", "event_id", "organisation_id"),
            through("event_link", "event_id", "project_id", "project"),
            through("event_link", "event_id", "grant_agreement_id", "grant_agreement"),
        ],
        "publication" => vec![
            through("publication_link", "publication_id", "event_id", "event"),
            through("publication_link", "publication_id", "project_id", "project"),
            through("publication_link", "publication_id", "grant_agreement_id", "grant_agreement"),
        ],
        "document" => ["project", "grant_agreement", "event", "publication"]
            .into_iter()
            .map(|name| documents_about(all, name, within.party(name)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The documents about some records of a resource.
fn documents_about(all: &View, resource: &str, ids: SelectStatement) -> SelectStatement {
    let mut select =
        all.select_columns("document_link", "document_id", &["document_id", "subject_kind", "subject_id"]);
    select
        .and_where(Expr::col((Alias::new("document_link"), Alias::new("subject_kind"))).eq(resource))
        .and_where(within("document_link", "subject_id", ids));
    select
}

/// Records of a table by id.
fn some(all: &View, table: &'static str, ids: &[Uuid]) -> SelectStatement {
    let mut select = all.select_columns(table, "id", &["id"]);
    select.and_where(Expr::col((Alias::new(table), Alias::new("id"))).is_in(ids.iter().copied()));
    select
}

struct Hanging<'a> {
    all: &'a View,
    within: &'a Within,
}

impl Hanging<'_> {
    fn of(&self, pick: fn(Root) -> Option<Uuid>) -> Vec<Uuid> {
        self.within.roots.iter().copied().filter_map(pick).collect()
    }

    fn funders(&self) -> Vec<Uuid> {
        self.of(|root| match root {
            Root::Funder(id) => Some(id),
            _ => None,
        })
    }

    /// Records of a table by id; none where there is no id.
    fn some(&self, table: &'static str, ids: &[Uuid]) -> Option<SelectStatement> {
        (!ids.is_empty()).then(|| some(self.all, table, ids))
    }

    /// The programmes that were granted, and those right below them.
    fn programmes(&self) -> Option<SelectStatement> {
        let ids = self.of(|root| match root {
            Root::Programme(id) => Some(id),
            _ => None,
        });
        let mut own = self.some("programme", &ids)?;
        let below = self.some("programme", &ids)?;
        own.union(UnionType::Distinct, step(self.all, "programme", "id", "parent_id", below));
        Some(own)
    }

    /// Agreements of funders and programmes, and single ones.
    fn agreements_but_of_projects(&self) -> Vec<SelectStatement> {
        let mut selects = Vec::new();
        for way in [Way::Direct, Way::Ultimate] {
            selects
                .extend(self.some("funder", &self.funders()).map(|f| agreements_paid_by(self.all, f, way)));
        }
        if let (Some(one), Some(two)) = (self.programmes(), self.programmes()) {
            selects.push(step(self.all, "grant_agreement", "id", "programme_id", one));
            selects.push(step(self.all, "funding_hop", "grant_agreement_id", "programme_id", two));
        }
        let single = self.of(|root| match root {
            Root::GrantAgreement(id) => Some(id),
            _ => None,
        });
        selects.extend(self.some("grant_agreement", &single));
        selects
    }

    fn single_projects(&self) -> Option<SelectStatement> {
        let single = self.of(|root| match root {
            Root::Project(id) => Some(id),
            _ => None,
        });
        self.some("project", &single)
    }

    fn agreements(&self) -> Vec<SelectStatement> {
        let mut selects = self.agreements_but_of_projects();
        let of_projects = self.single_projects();
        selects.extend(
            of_projects.map(|p| step(self.all, "agreement_project", "grant_agreement_id", "project_id", p)),
        );
        selects
    }

    /// Projects of those agreements, and single ones: another project of a single project's agreement is not among
    /// them.
    fn projects(&self) -> Vec<SelectStatement> {
        let of_agreements = self.agreements_but_of_projects().into_iter();
        let mut selects: Vec<_> = of_agreements.map(|agreements| projects_of(self.all, agreements)).collect();
        selects.extend(self.single_projects());
        selects
    }

    /// What links of a table tie to projects and agreements within the scope, and to programmes that were granted.
    fn linked(&self, table: &'static str, take: &'static str) -> Vec<SelectStatement> {
        let ids = |name| self.within.ids_of(self.all, name);
        let mut selects = vec![
            step(self.all, table, take, "project_id", ids("project")),
            step(self.all, table, take, "grant_agreement_id", ids("grant_agreement")),
        ];
        selects.extend(self.programmes().map(|p| step(self.all, table, take, "programme_id", p)));
        selects
    }

    /// Documents about what lies within the scope, and about funders and programmes that were granted: one about an
    /// organisation may be about anything that it does.
    fn documents(&self) -> Vec<SelectStatement> {
        const ABOUT: [&str; 10] = [
            "grant_agreement",
            "project",
            "amendment",
            "suspension",
            "termination",
            "obligation",
            "report",
            "waiver",
            "event",
            "publication",
        ];
        let about = |name: &str, ids| documents_about(self.all, name, ids);
        let mut selects: Vec<_> =
            ABOUT.into_iter().map(|name| about(name, self.within.ids_of(self.all, name))).collect();
        selects.extend(self.programmes().map(|ids| about("programme", ids)));
        selects.extend(self.some("funder", &self.funders()).map(|ids| about("funder", ids)));
        selects
    }

    /// Claims about what lies within the scope.
    fn claims(&self) -> Vec<SelectStatement> {
        let subjects = crate::REGISTER
            .resources
            .iter()
            .filter(|r| !["claim", "person", "regime", "document"].contains(&r.name));
        subjects
            .map(|subject| {
                let columns = ["id", "subject_kind", "subject_id"];
                let mut select = self.all.select_columns("claim", "id", &columns);
                select
                    .and_where(Expr::col((Alias::new("claim"), Alias::new("subject_kind"))).eq(subject.name))
                    .and_where(within("claim", "subject_id", self.within.ids(self.all, subject)));
                select
            })
            .collect()
    }
}
