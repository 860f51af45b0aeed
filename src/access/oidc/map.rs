//! From what the issuer says to what the caller may do: rules such as `groups=border-programme:programme_manager`,
//! read once at the start. Pure. Whether the claims are to be believed was judged before.
use crate::access::caller::Grant;
use crate::store::scope::Root;
use entity::vocab::{Role, ScopeKind, Word};
use serde_json::{Map, Value};

/// More than any caller can be shown to have.
const MOST: usize = 500;

/// Who has this value in that claim has this role.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    claim: String,
    value: String,
    grant: Grant,
}

/// All rules, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Rules separated by semicolons: `claim=value:role`, with `@funder:ID` (or programme, project, grant_agreement)
    /// behind it for a part of the register. Claims within claims are named with dots.
    ///
    /// # Errors
    /// What is wrong with which rule, and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rules = text.split(';').map(str::trim).filter(|one| !one.is_empty());
        let rules: Vec<Rule> = rules.map(rule).collect::<Result<_, _>>()?;
        match rules.len() {
            0 => Err(format!("it holds no rule: {EXPECTED}.")),
            1..=MOST => Ok(Self(rules)),
            many => Err(format!("it holds {many} rules; write {MOST} at most.")),
        }
    }

    /// What the rules give to a caller, each thing once.
    pub fn grants(&self, claims: &Map<String, Value>) -> Vec<Grant> {
        let mut grants = Vec::new();
        for rule in &self.0 {
            let name = rule.claim.rsplit('.').next().unwrap_or_default();
            let has = at(claims, &rule.claim).is_some_and(|value| holds(name, value, &rule.value));
            if has && !grants.contains(&rule.grant) {
                grants.push(rule.grant);
            }
        }
        grants
    }
}

const EXPECTED: &str = "write claim=value:role, such as groups=border-programme:programme_manager or \
                        realm_access.roles=auditor:auditor@funder:01a2b1c0-0000-7000-8000-000000000000, with ; between rules";

fn rule(text: &str) -> Result<Rule, String> {
    let wrong = |what: &str| format!("in the rule `{}` {what}; {EXPECTED}.", text.escape_debug());
    let (claim, rest) = text.split_once('=').ok_or_else(|| wrong("there is no ="))?;
    // Values may hold @ and : themselves: what counts stands behind the last one.
    let (rest, root) = match rest.rsplit_once('@').and_then(|(rest, scope)| Some((rest, root(scope)?))) {
        Some((rest, root)) => (rest, Some(root.map_err(|what| wrong(&what))?)),
        None => (rest, None),
    };
    let (value, role) = rest.rsplit_once(':').ok_or_else(|| wrong("there is no role"))?;
    let (claim, value, role) = (claim.trim(), value.trim(), role.trim());
    if claim.is_empty() || claim.split('.').any(str::is_empty) || value.is_empty() {
        return Err(wrong("the claim or its value is empty"));
    }
    let known: Vec<&str> = Role::all().iter().map(|role| role.code()).collect();
    let role = Role::from_code(role).ok_or_else(|| {
        wrong(&format!("`{}` is no role: there are {}", role.escape_debug(), known.join(", ")))
    })?;
    Ok(Rule { claim: claim.to_owned(), value: value.to_owned(), grant: Grant { role, root } })
}

/// What stands behind an @, where that is a scope: the role would have to stand there otherwise.
fn root(text: &str) -> Option<Result<Root, String>> {
    let (kind, id) = text.split_once(':')?;
    let kind = ScopeKind::from_code(kind.trim()).filter(|kind| *kind != ScopeKind::Register)?;
    // Codes may change hands; ids don't.
    Some(
        id.trim()
            .parse()
            .ok()
            .and_then(|id| Root::of(kind, id))
            .ok_or_else(|| format!("`{}` is not the id of a {}", id.escape_debug(), kind.code())),
    )
}

/// The claim of a dotted path. Names of claims may hold dots themselves (`https://grants.example.org/roles`).
pub fn at<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| {
        path.match_indices('.').find_map(|(dot, _)| match claims.get(&path[..dot]) {
            Some(Value::Object(below)) => at(below, &path[dot + 1..]),
            _ => None,
        })
    })
}

/// A list holds its members. `scope` and `scp` are lists with blanks between (RFC 8693, section 4.2); no other text is
/// taken apart, or a display name could be made to hold a role.
fn holds(name: &str, given: &Value, wanted: &str) -> bool {
    match given {
        Value::Array(items) => items.iter().any(|item| is(item, wanted)),
        Value::String(text) if matches!(name, "scope" | "scp") => text.split(' ').any(|one| one == wanted),
        one => is(one, wanted),
    }
}

fn is(given: &Value, wanted: &str) -> bool {
    match given {
        Value::String(text) => text == wanted,
        Value::Bool(answer) => wanted == if *answer { "true" } else { "false" },
        Value::Number(number) => number.to_string() == wanted,
        _ => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    const ID: &str = "01a2b1c0-0000-7000-8000-000000000001";

    fn grants(rules: &str, claims: Value) -> Vec<Grant> {
        Rules::parse(rules).unwrap().grants(claims.as_object().unwrap())
    }

    fn whole(role: Role) -> Grant {
        Grant { role, root: None }
    }

    #[test]
    fn claims_are_found_wherever_they_stand() {
        let viewer = vec![whole(Role::Viewer)];
        for (rules, claims) in [
            ("groups=a:viewer", json!({"groups": ["b", "a"]})),
            ("groups=a:viewer", json!({"groups": "a"})),
            ("realm_access.roles=a:viewer", json!({"realm_access": {"roles": ["a"]}})),
            ("a.b.c=x:viewer", json!({"a": {"b.c": "x"}})),
            ("https://g.example.org/roles=a:viewer", json!({"https://g.example.org/roles": ["a"]})),
            ("scope=grants.read:viewer", json!({"scope": "openid grants.read"})),
            ("scp=grants.read:viewer", json!({"scp": ["grants.read"]})),
            ("scope=urn:grants:read:viewer", json!({"scope": "urn:grants:read"})),
            ("email=a@example.org:viewer", json!({"email": "a@example.org"})),
            ("groups=CN=Grants,OU=Riga:viewer", json!({"groups": ["CN=Grants,OU=Riga"]})),
            ("staff=true:viewer", json!({"staff": true})),
            ("level=3:viewer", json!({"level": 3})),
            ("iss=https://id.example.org:viewer", json!({"iss": "https://id.example.org"})),
        ] {
            assert_eq!(grants(rules, claims), viewer, "{rules}");
        }
    }

    #[test]
    fn nothing_is_given_for_what_is_only_like_it() {
        for (rules, claims) in [
            ("groups=a:viewer", json!({"groups": ["aa", "A", " a"]})),
            ("groups=a:viewer", json!({"groups": {"a": "a"}})),
            ("groups=a:viewer", json!({"groups": [["a"]]})),
            ("name=admin:admin", json!({"name": "no admin"})),
            ("realm_access.roles=a:viewer", json!({"roles": ["a"]})),
            ("realm_access.roles=a:viewer", json!({"realm_access": ["roles", "a"]})),
            ("scope=read:viewer", json!({"scope": "read.all"})),
            ("staff=true:viewer", json!({"staff": null})),
        ] {
            assert_eq!(grants(rules, claims), [], "{rules}");
        }
    }

    #[test]
    fn rules_give_roles_and_scopes_each_once() {
        let rules = format!(
            " g=a:viewer ; g=b:auditor@funder:{ID};g=b:contributor@project:{ID}; g=c:viewer;m=x@y:admin@programme:{ID};"
        );
        let id = ID.parse().unwrap();
        let within = |role, root: fn(Uuid) -> Root| Grant { role, root: Some(root(id)) };
        assert_eq!(
            grants(&rules, json!({"g": ["a", "b", "c"], "m": "x@y"})),
            [
                whole(Role::Viewer),
                within(Role::Auditor, Root::Funder),
                within(Role::Contributor, Root::Project),
                within(Role::Admin, Root::Programme)
            ]
        );
    }

    #[test]
    fn wrong_rules_are_told_with_what_would_be_right() {
        for (rules, words) in [
            ("", "it holds no rule"),
            (" ; ", "it holds no rule"),
            ("groups", "in the rule `groups` there is no ="),
            ("groups=a", "there is no role"),
            ("groups=a:boss", "`boss` is no role: there are admin, programme_manager"),
            ("groups=a:viewer;=a:viewer", "in the rule `=a:viewer` the claim or its value is empty"),
            ("groups=:viewer", "is empty"),
            ("a..b=c:viewer", "is empty"),
            ("groups=a:viewer@funder:EU", "`EU` is not the id of a funder"),
            ("groups=a:viewer@country:LV", "no role"),
        ] {
            let told = Rules::parse(rules).unwrap_err();
            assert!(
                told.contains(words) && told.contains("write claim=value:role") && told.ends_with('.'),
                "{told}"
            );
        }
        assert!(Rules::parse(&"a=b:viewer;".repeat(MOST + 1)).unwrap_err().contains("501 rules"));
        assert!(Rules::parse(&"a=b:viewer;".repeat(MOST)).is_ok());
    }
}
