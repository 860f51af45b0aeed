//! Records of every resource and part, made from the examples of the document: for tests that hold for all alike.
use super::App;
use grantline::http::resource::Face;
use grantline::http::{FACES, face};
use grantline::store::{Part, Reference, Resource, Target};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// The face of the resource with this name.
pub fn of(resource: &str) -> &'static Face {
    face(resource).expect("a resource")
}

/// Every resource that callers write, to be walked through.
pub fn all() -> impl Iterator<Item = &'static Face> {
    FACES.iter().copied().filter(|face| !face.is_kept())
}

impl App {
    /// A body for a new record of this resource: its example, with references that exist and a code that is free.
    pub async fn body_of(&self, resource: &Resource) -> Value {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let mut body = (of(resource.name).example)();
        if resource.code.is_some() {
            body["code"] = json!(format!("CODE-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        }
        self.refer(&mut body, resource.references).await;
        body
    }

    /// A body for a new part of this kind.
    pub async fn body_of_part(&self, resource: &Resource, part: &Part) -> Value {
        let face = of(resource.name).parts.iter().find(|p| p.part.path == part.path).expect("a part");
        let mut body = (face.example)();
        self.refer(&mut body, part.references).await;
        body
    }

    /// Makes every record that the body refers to.
    async fn refer(&self, body: &mut Value, references: &[Reference]) {
        for reference in references {
            if body.get(reference.column).is_none_or(Value::is_null) {
                continue;
            }
            let target = match reference.to {
                Target::Resource(name) => name.to_owned(),
                Target::NamedBy(column) => body[column].as_str().unwrap().to_owned(),
            };
            body[reference.column] = match target.as_str() {
                "regime" => self.little_regime().await,
                _ => Box::pin(self.record(&target)).await["id"].clone(),
            };
        }
    }

    /// A new record of this resource, as it was answered.
    pub async fn record(&self, resource: &str) -> Value {
        let resource = of(resource).resource;
        if let Some((owner, _)) = resource.kept_for {
            // The program makes it.
            let owner = Box::pin(self.record(owner)).await["id"].as_str().unwrap().to_owned();
            let kept = self.get(&format!("/v1/{}?agreement={owner}", resource.path)).await.expect(200);
            return kept["items"][0].clone();
        }
        let body = self.body_of(resource).await;
        self.post(&format!("/v1/{}", resource.path), body).await.expect(201)
    }

    /// The address of a new record of this resource.
    pub async fn address(&self, resource: &str) -> String {
        let id = self.record(resource).await["id"].as_str().unwrap().to_owned();
        format!("/v1/{}/{id}", of(resource).resource.path)
    }

    /// The tag that the record has now.
    pub async fn tag(&self, address: &str) -> String {
        self.get(address).await.header("etag").to_owned()
    }
}
