//! The relations of what stands under an agreement: its changes, reports and waivers.

/// By the table's name, and what they are called.
macro_rules! under_agreement {
    ($table:literal, $many:literal) => {
        &[
            $crate::store::listing::Relation {
                name: "agreement",
                resource: "grant_agreement",
                meaning: concat!($many, " of an agreement."),
                condition: |_, agreements| {
                    $crate::store::path::within($table, "grant_agreement_id", agreements)
                },
            },
            $crate::store::listing::Relation {
                name: "project",
                resource: "project",
                meaning: concat!($many, " of the agreements that pay for a project."),
                condition: |view, projects| {
                    let (link, take) = ("agreement_project", "grant_agreement_id");
                    let agreements = $crate::store::path::step(view, link, take, "project_id", projects);
                    $crate::store::path::within($table, take, agreements)
                },
            },
        ]
    };
}
pub(crate) use under_agreement;
