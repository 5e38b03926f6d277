//! Policies of buckets: who may do what to which resource, under which conditions. Those of sessions say the same of one
//! holder of keys.
//!
//! A statement that says `Deny` wins over any that says `Allow`. What cannot be read matches nothing when it allows and
//! everything when it denies.

use std::net::IpAddr;

use serde_json::Value;

use crate::clock;

/// What a policy is asked about.
#[derive(Debug)]
pub struct Question<'a> {
    /// Without the product: `GetObject`.
    pub action: &'a str,
    /// `BUCKET` or `BUCKET/KEY`, without what goes before.
    pub resource: String,
    pub region: &'a str,
    /// Of the bucket.
    pub owner: &'a str,
    /// The account that asks; `None` for strangers.
    pub account: Option<&'a str>,
    /// Statements say whom they are about; those of a session are all about its holder.
    pub of_session: bool,
    /// Values of condition keys, by name.
    pub facts: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    Deny,
    /// No statement is about this.
    Silent,
}

pub fn judge(policy: &Value, question: &Question<'_>) -> Verdict {
    let statements = policy["Statement"].as_array();
    let mut verdict = Verdict::Silent;
    for statement in statements.into_iter().flatten() {
        let denies = statement["Effect"] == "Deny";
        if !applies(statement, question, denies) {
            continue;
        }
        if denies {
            return Verdict::Deny;
        }
        if statement["Effect"] == "Allow" {
            verdict = Verdict::Allow;
        }
    }
    verdict
}

/// Says what a policy is that the service does not take. One of a `bucket` is about that one only; those of access points
/// name their resources in another way.
pub fn check(policy: &Value, bucket: Option<&str>) -> Result<(), String> {
    if let Some(version) = policy.get("Version").filter(|version| **version != "1") {
        return Err(format!("the Version is {version}, not \"1\""));
    }
    let statements = policy["Statement"].as_array();
    let statements = statements.filter(|list| !list.is_empty());
    let Some(statements) = statements else {
        return Err("an object with a list of statements, Statement, is expected".to_owned());
    };
    for statement in statements {
        let effect = &statement["Effect"];
        if effect != "Allow" && effect != "Deny" {
            return Err(format!(
                "the Effect is {effect}, neither \"Allow\" nor \"Deny\""
            ));
        }
        if let Some(bucket) = bucket {
            check_statement(statement, bucket)?;
        }
    }
    Ok(())
}

fn check_statement(statement: &Value, bucket: &str) -> Result<(), String> {
    for (name, inverse) in [("Action", "NotAction"), ("Resource", "NotResource")] {
        let mut given = texts(&statement[name]).chain(texts(&statement[inverse]));
        if given.next().is_none() {
            return Err(format!("a statement has no {name}"));
        }
    }
    match texts(&statement["Resource"]).find(|resource| !is_of_bucket(resource, bucket)) {
        Some(other) => Err(format!(
            "the Resource {other:?} is not of the bucket {bucket:?}"
        )),
        None => Ok(()),
    }
}

/// Whether `acs:oss:REGION:ACCOUNT:RESOURCE` can be the bucket or something in it.
fn is_of_bucket(resource: &str, bucket: &str) -> bool {
    let wild = resource.find(['*', '?']);
    let Some(named) = resource.splitn(5, ':').nth(4) else {
        // Shorter ones stand for all that begins like them.
        return wild.is_some();
    };
    let place = format!("{bucket}/");
    match named.find(['*', '?']) {
        None => named == bucket || named.starts_with(&place),
        Some(end) => named[..end].starts_with(&place) || place.starts_with(&named[..end]),
    }
}

/// Whether anybody at all is let in without a condition.
pub fn is_public(policy: &Value) -> bool {
    let open = |statement: &Value| {
        let anybody =
            names_nobody(statement) || texts(&statement["Principal"]).any(|one| one == "*");
        statement["Effect"] == "Allow" && anybody && statement.get("Condition").is_none()
    };
    policy["Statement"]
        .as_array()
        .is_some_and(|list| list.iter().any(open))
}

/// A text, or a list of them.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map(Vec::as_slice);
    list.unwrap_or_default()
        .iter()
        .chain((!value.is_array()).then_some(value))
        .filter_map(Value::as_str)
}

/// Such a statement is about everybody.
fn names_nobody(statement: &Value) -> bool {
    statement.get("Principal").is_none() && statement.get("NotPrincipal").is_none()
}

fn applies(statement: &Value, question: &Question<'_>, denies: bool) -> bool {
    // Each of the three has a form that says what does not belong to it.
    let part = |name: &str, inverse: &str, matches: &dyn Fn(&str) -> bool| {
        if let Some(value) = statement.get(name) {
            texts(value).any(matches)
        } else if let Some(value) = statement.get(inverse) {
            !texts(value).any(matches)
        } else {
            false
        }
    };
    let action = format!("oss:{}", question.action);
    let resource = format!(
        "acs:oss:{}:{}:{}",
        question.region, question.owner, question.resource
    );
    let principal = |pattern: &str| match question.account {
        _ if pattern == "*" => true,
        None => false,
        Some(account) => pattern == account || pattern.contains(&format!("::{account}:")),
    };
    part("Action", "NotAction", &|pattern| {
        like(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
    }) && part("Resource", "NotResource", &|pattern| {
        like(pattern, &resource)
    }) && (question.of_session
        || names_nobody(statement)
        || part("Principal", "NotPrincipal", &principal))
        && conditions(&statement["Condition"], question, denies)
}

/// `*` stands for any text, `?` for one character.
pub fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            (p, t) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|character| *character == '*')
}

/// All operators must hold, each for all of its keys.
fn conditions(conditions: &Value, question: &Question<'_>, denies: bool) -> bool {
    let Some(operators) = conditions.as_object() else {
        return conditions.is_null() || denies;
    };
    operators.iter().all(|(operator, keys)| {
        let Some(keys) = keys.as_object() else {
            return denies;
        };
        keys.iter().all(|(key, wanted)| {
            let fact = question
                .facts
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key))
                .map(|(_, value)| value.as_str());
            holds(operator, fact, wanted).unwrap_or(denies)
        })
    })
}

/// `None`: the operator is not known.
fn holds(operator: &str, fact: Option<&str>, wanted: &Value) -> Option<bool> {
    let wanted: Vec<String> = match wanted {
        Value::Array(list) => list.iter().map(plain).collect(),
        one => vec![plain(one)],
    };
    // "Not" is true of what is missing.
    let (operator, negated) = match operator {
        "NotIpAddress" => ("IpAddress", true),
        other => match other.split_once("Not") {
            Some((before, after)) => {
                return holds_text(&format!("{before}{after}"), fact, &wanted).map(|is| !is);
            }
            None => (other, false),
        },
    };
    let result = match operator {
        "IpAddress" => fact.is_some_and(|fact| wanted.iter().any(|range| is_in(fact, range))),
        "Bool" => fact.is_some_and(|fact| wanted.iter().any(|one| one.eq_ignore_ascii_case(fact))),
        _ => return holds_text(operator, fact, &wanted),
    };
    Some(result != negated)
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn holds_text(operator: &str, fact: Option<&str>, wanted: &[String]) -> Option<bool> {
    type Test = fn(&str, &str) -> bool;
    let test: Test = match operator {
        "StringEquals" => |fact, one| fact == one,
        "StringEqualsIgnoreCase" => |fact, one| fact.eq_ignore_ascii_case(one),
        "StringLike" => |fact, one| like(one, fact),
        _ => return holds_number(operator, fact, wanted),
    };
    Some(fact.is_some_and(|fact| wanted.iter().any(|one| test(fact, one))))
}

fn holds_number(operator: &str, fact: Option<&str>, wanted: &[String]) -> Option<bool> {
    type Read = fn(&str) -> Option<i64>;
    let (relation, read): (&str, Read) = match operator.strip_prefix("Numeric") {
        Some(relation) => (relation, |text| text.parse().ok()),
        None => (operator.strip_prefix("Date")?, clock::parse_iso),
    };
    let test = |fact: i64, one: i64| match relation {
        "Equals" => Some(fact == one),
        "LessThan" => Some(fact < one),
        "LessThanEquals" => Some(fact <= one),
        "GreaterThan" => Some(fact > one),
        "GreaterThanEquals" => Some(fact >= one),
        _ => None,
    };
    test(0, 0)?;
    let Some(fact) = fact.and_then(read) else {
        return Some(false);
    };
    let matches = |one: &String| read(one).and_then(|one| test(fact, one)) == Some(true);
    Some(wanted.iter().any(matches))
}

/// Whether an address lies in `ADDRESS` or `ADDRESS/BITS`.
fn is_in(address: &str, range: &str) -> bool {
    let bits_of = |address: IpAddr| match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    };
    let (base, bits) = range.split_once('/').unwrap_or((range, ""));
    let (Ok(address), Ok(base)) = (address.parse::<IpAddr>(), base.parse::<IpAddr>()) else {
        return false;
    };
    let (address_bits, width) = bits_of(address);
    let (base_bits, base_width) = bits_of(base);
    let bits: u32 = if bits.is_empty() {
        width
    } else {
        bits.parse().unwrap_or(u32::MAX)
    };
    if width != base_width || bits > width {
        return false;
    }
    let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
    address_bits & mask == base_bits & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn question() -> Question<'static> {
        Question {
            action: "GetObject",
            resource: "bucket/a/b.txt".to_owned(),
            region: "cn-hangzhou",
            owner: "1",
            account: Some("2"),
            of_session: false,
            facts: vec![
                ("acs:SourceIp".to_owned(), "10.1.2.3".to_owned()),
                ("acs:SecureTransport".to_owned(), "false".to_owned()),
                (
                    "acs:CurrentTime".to_owned(),
                    "2026-01-02T03:04:05Z".to_owned(),
                ),
                ("oss:Prefix".to_owned(), "a/".to_owned()),
            ],
        }
    }

    fn verdict(statement: Value) -> Verdict {
        judge(
            &json!({ "Version": "1", "Statement": [statement] }),
            &question(),
        )
    }

    #[test]
    fn statements_match_by_all_their_parts() {
        let statement = |action: &str, resource: &str, principal: &str| {
            verdict(
                json!({"Effect": "Allow", "Action": [action], "Resource": [resource], "Principal": [principal]}),
            )
        };
        let allowed = [
            ("oss:GetObject", "acs:oss:*:*:bucket/a/*", "2"),
            ("oss:Get*", "acs:oss:*:1:bucket/*", "*"),
            ("oss:*", "*", "arn:sts::2:assumed-role/reader/*"),
            ("*", "acs:oss:cn-hangzhou:1:bucket/a/?.txt", "2"),
            ("oss:getobject", "*", "2"),
        ];
        for (action, resource, principal) in allowed {
            assert_eq!(
                statement(action, resource, principal),
                Verdict::Allow,
                "{action} {resource} {principal}"
            );
        }
        let silent = [
            ("oss:PutObject", "*", "2"),
            ("oss:GetObject", "acs:oss:*:*:bucket", "2"),
            ("oss:GetObject", "acs:oss:*:9:bucket/*", "2"),
            ("oss:GetObject", "*", "3"),
        ];
        for (action, resource, principal) in silent {
            assert_eq!(
                statement(action, resource, principal),
                Verdict::Silent,
                "{action} {resource} {principal}"
            );
        }
    }

    #[test]
    fn deny_wins_and_not_turns_round() {
        let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"});
        let deny = json!({"Effect": "Deny", "NotAction": "oss:PutObject", "Resource": "*", "Principal": "*"});
        let policy = json!({"Statement": [deny, allow]});
        assert_eq!(judge(&policy, &question()), Verdict::Deny);
        let other = Question {
            action: "PutObject",
            ..question()
        };
        assert_eq!(judge(&policy, &other), Verdict::Allow);
        assert!(is_public(&policy));
    }

    #[test]
    fn conditions_hold_or_not() {
        let rows = [
            ("IpAddress", "acs:SourceIp", json!(["10.1.0.0/16"]), true),
            ("IpAddress", "acs:SourceIp", json!("10.1.2.4"), false),
            ("IpAddress", "acs:SourceIp", json!("0.0.0.0/0"), true),
            ("IpAddress", "acs:SourceIp", json!("::/0"), false),
            (
                "NotIpAddress",
                "acs:SourceIp",
                json!(["10.1.0.0/16"]),
                false,
            ),
            ("Bool", "acs:SecureTransport", json!("false"), true),
            ("Bool", "acs:SecureTransport", json!(["true"]), false),
            ("StringEquals", "oss:prefix", json!(["b/", "a/"]), true),
            ("StringNotEquals", "oss:Prefix", json!(["a/"]), false),
            ("StringNotEquals", "oss:Delimiter", json!(["/"]), true),
            ("StringEquals", "oss:Delimiter", json!(["/"]), false),
            ("StringLike", "oss:Prefix", json!(["?/*"]), true),
            ("StringNotLike", "oss:Prefix", json!(["b*"]), true),
            (
                "DateLessThan",
                "acs:CurrentTime",
                json!("2027-01-01T00:00:00Z"),
                true,
            ),
            (
                "DateGreaterThan",
                "acs:CurrentTime",
                json!("2027-01-01T00:00:00Z"),
                false,
            ),
            ("SomethingNew", "acs:CurrentTime", json!("x"), false),
        ];
        for (operator, key, wanted, holds) in rows {
            let statement = json!({
                "Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*",
                "Condition": {operator: {key: wanted.clone()}}
            });
            let expected = if holds {
                Verdict::Allow
            } else {
                Verdict::Silent
            };
            assert_eq!(verdict(statement), expected, "{operator} {key} {wanted}");
        }
        let unknown = json!({
            "Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*",
            "Condition": {"SomethingNew": {"acs:SourceIp": "x"}}
        });
        assert_eq!(verdict(unknown), Verdict::Deny);
    }
}
