//! Paths in JSON texts. A member that is not an array counts as an array of one, as in policies.

use super::{Step, gap};
use crate::error::Result;
use crate::json::Value;

impl Value {
    fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    fn member_mut(&mut self, name: &str) -> Option<&mut Value> {
        match self {
            Value::Object(members) => members.iter_mut().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    fn item(&self, index: usize) -> Option<&Value> {
        match self {
            Value::Array(items) => items.get(index),
            value => (index == 0).then_some(value),
        }
    }

    fn item_mut(&mut self, index: usize) -> Option<&mut Value> {
        match self {
            Value::Array(items) => items.get_mut(index),
            value => (index == 0).then_some(value),
        }
    }

    fn len(&self) -> usize {
        match self {
            Value::Array(items) => items.len(),
            _ => 1,
        }
    }
}

pub(super) fn find<'v>(mut value: &'v Value, steps: &[Step<'_>]) -> Option<&'v Value> {
    for step in steps {
        value = value.member(step.name)?.item(step.index.unwrap_or(0))?;
    }
    Some(value)
}

pub(super) fn count(outer: &Value, name: &str) -> usize {
    outer.member(name).map_or(0, Value::len)
}

pub(super) fn set(root: &mut Value, steps: &[Step<'_>], path: &str, text: &str) -> Result<()> {
    check(root, steps, path)?;
    let mut value = root;
    for step in steps {
        value = enter(value, step, path)?;
    }
    *value = Value::Text(text.to_owned());
    Ok(())
}

pub(super) fn remove(mut value: &mut Value, steps: &[Step<'_>]) -> bool {
    let Some((last, outer)) = steps.split_last() else {
        return false;
    };
    for step in outer {
        let member = value.member_mut(step.name);
        match member.and_then(|member| member.item_mut(step.index.unwrap_or(0))) {
            Some(inner) => value = inner,
            None => return false,
        }
    }
    let Value::Object(members) = value else {
        return false;
    };
    let Some(position) = members.iter().position(|(name, _)| name == last.name) else {
        return false;
    };
    match (&mut members[position].1, last.index) {
        (Value::Array(items), Some(index)) if index < items.len() => drop(items.remove(index)),
        (Value::Array(_), Some(_)) => return false,
        (_, None | Some(0)) => drop(members.remove(position)),
        (_, Some(_)) => return false,
    }
    true
}

/// An error if a step would leave a gap. That is looked at before anything is made: a refused path changes nothing.
fn check(root: &Value, steps: &[Step<'_>], path: &str) -> Result<()> {
    let mut value = Some(root);
    for step in steps {
        let member = value.and_then(|value| value.member(step.name));
        let (index, there) = (step.index.unwrap_or(0), member.map_or(0, Value::len));
        if index > there {
            return Err(gap(path, step.name, there));
        }
        value = member.and_then(|member| member.item(index));
    }
    Ok(())
}

/// The value that `step` names, which is made if it is not there.
fn enter<'v>(value: &'v mut Value, step: &Step<'_>, path: &str) -> Result<&'v mut Value> {
    if !matches!(value, Value::Object(_)) {
        *value = Value::Object(Vec::new());
    }
    let Value::Object(members) = value else {
        return Err(gap(path, step.name, 0));
    };
    let position = match members.iter().position(|(name, _)| name == step.name) {
        Some(position) => position,
        None => {
            let fresh = match step.index {
                Some(_) => Value::Array(Vec::new()),
                None => Value::Text(String::new()),
            };
            members.push((step.name.to_owned(), fresh));
            members.len() - 1
        }
    };
    let member = &mut members[position].1;
    let (index, there) = (step.index.unwrap_or(0), member.len());
    if index == there {
        // One that stood alone becomes the first of several.
        if !matches!(member, Value::Array(_)) {
            let alone = std::mem::replace(member, Value::Array(Vec::new()));
            push(member, alone);
        }
        push(member, Value::Text(String::new()));
    }
    member
        .item_mut(index)
        .ok_or_else(|| gap(path, step.name, there))
}

fn push(array: &mut Value, value: Value) {
    if let Value::Array(items) = array {
        items.push(value);
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    const POLICY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject","oss:PutObject"],"Principal":"*","Condition":{"StringLike":{"acs:UserAgent":["a"]}}}],"n":-1.5e3,"yes":true}"#;

    #[test]
    fn reads_by_path() {
        let policy = Document::parse(POLICY.as_bytes()).unwrap();
        assert_eq!(policy.root(), "");
        for (path, expected) in [
            ("Version", Some("1")),
            ("Statement.Effect", Some("Allow")),
            ("Statement[0].Action[1]", Some("oss:PutObject")),
            ("Statement[0].Principal[0]", Some("*")),
            ("Statement.Condition.StringLike.acs:UserAgent", Some("a")),
            ("n", Some("-1.5e3")),
            ("yes", Some("true")),
            ("Statement", Some("")),
            ("Statement[1]", None),
            ("Version[1]", None),
            ("Version.x", None),
        ] {
            assert_eq!(policy.text(path), expected, "{path}");
        }
        assert_eq!(policy.count("Statement"), 1);
        assert_eq!(policy.count("Statement[0].Action"), 2);
        assert_eq!(policy.count("Statement[0].Principal"), 1);
        assert_eq!(policy.count("Statement[0].Resource"), 0);
        assert_eq!(policy.to_text(), POLICY);
    }

    #[test]
    fn builds_and_changes() {
        let mut policy = Document::json();
        for (path, value) in [
            ("Version", "1"),
            ("Statement[0].Effect", "Allow"),
            ("Statement[0].Action[0]", "a"),
            ("Statement[0].Principal", "*"),
            ("Statement[0].Principal[1]", "\"\n"),
            ("Statement[1].Effect", "Deny"),
        ] {
            policy.set(path, value).unwrap();
        }
        let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["a"],"Principal":["*","\"\u000a"]},{"Effect":"Deny"}]}"#;
        assert_eq!(policy.to_text(), text);
        assert_eq!(Document::parse(text.as_bytes()).unwrap(), policy);
        assert!(policy.remove("Statement[0]").unwrap());
        assert!(policy.remove("Version").unwrap());
        assert!(!policy.remove("Version").unwrap());
        assert_eq!(policy.to_text(), r#"{"Statement":[{"Effect":"Deny"}]}"#);
        let before = policy.clone();
        for (path, words) in [
            ("Statement[2].Effect", "at most 1"),
            ("Statement[1].Action[1]", "at most 0"),
            ("Statement[0].Effect.Deep[0].Deeper[2]", "at most 0"),
            ("Statement[0].Effect[1].Deep[1]", "at most 0"),
            ("New.Deep[0].Deeper[1]", "at most 0"),
        ] {
            let error = policy.set(path, "x").unwrap_err();
            assert!(error.to_string().contains(words), "{path}: {error}");
            assert_eq!(policy, before, "{path}");
        }
    }

    #[test]
    fn strings_are_what_they_mean() {
        let text = r#" { "a" : "\u4e2d\ud83d\ude00\/\t\"" , "b":[ ] , "c":{ } } "#;
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(document.text("a"), Some("\u{4e2d}\u{1f600}/\t\""));
        assert_eq!(document.count("b"), 0);
    }

    #[test]
    fn refuses_what_is_no_json() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let many = format!("{{\"a\":[{}1]}}", "1,".repeat(300_000));
        for text in [
            "{",
            "{}}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":01x}",
            "{\"a\":tru}",
            "{\"a\":NaN}",
            "{\"a\":\"\\q\"}",
            "{\"a\":\"\\u12\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\ud800\\u0041\"}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"",
            "{\"a\":[1",
            &deep,
            &many,
        ] {
            let error = Document::parse(text.as_bytes()).unwrap_err();
            assert!(error.to_string().contains("JSON"), "{error}");
        }
        assert!(Document::parse(b"{\"a\":\"\xff\"}").is_err());
    }
}
