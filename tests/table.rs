//! The table of operations itself, and the documentation made of it. `UPDATE=1 cargo test --test table` rewrites that.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value as Json, json};

use alioss::{Content, Document, Level, OPERATIONS, Operation, Value, find_operation};

#[test]
fn names_and_requests_are_unique() {
    let mut names = HashSet::new();
    for operation in &OPERATIONS {
        assert!(names.insert(operation.name), "{} twice", operation.name);
        assert_eq!(find_operation(operation.name), Some(operation));
    }
    assert_eq!(find_operation("getObject"), None);
    assert_eq!(find_operation(""), None);
}

/// The table says what the official SDK and the documentation say, by their own account of it.
#[test]
fn rows_agree_with_the_official_sdk() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/operations.json");
    let file: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 154);
    let differences: Vec<String> = cases.iter().filter_map(difference).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn difference(case: &Json) -> Option<String> {
    let name = case["name"].as_str().unwrap();
    let Some(operation) = find_operation(name) else {
        return Some(format!("{name} is not in the table"));
    };
    let path = match operation.level {
        Level::Service => "/",
        Level::Bucket => "/{bucket}/",
        Level::Object => "/{bucket}/{key}",
    };
    // The value of x-oss-process says which of three operations is meant.
    let by_value = ["SelectObject", "CreateSelectObjectMeta"].contains(&name);
    let (mut fixed, mut required) = (Vec::new(), Vec::new());
    for (name, value) in operation.parameters().filter(|_| !by_value) {
        match value {
            Value::None => fixed.push(name.to_owned()),
            Value::Fixed(value) => fixed.push(format!("{name}={value}")),
            Value::Given => required.push(name.to_owned()),
        }
    }
    fixed.sort();
    required.sort();
    // They need the source, which the official account files under another heading.
    let copies = ["CopyObject", "UploadPartCopy"].contains(&name);
    let headers: &[&str] = if copies { &[] } else { operation.headers };
    let mut ours = json!({
        "method": operation.method.as_str(),
        "path": path,
        "sub_resources": fixed,
        "required_query": required,
        "required_headers": headers,
    });
    for (member, content) in [
        ("request_root", operation.body),
        ("answer_root", operation.answer),
    ] {
        if let (Content::Xml(root), true) = (content, case[member].is_string()) {
            ours[member] = json!(root);
        }
    }
    if case["never_repeat"] == true {
        ours["never_repeat"] = json!(!operation.idempotent);
    }
    let members = ours.as_object().unwrap().iter();
    let wrong: Vec<String> = members
        .filter(|(member, value)| &case[member.as_str()] != *value)
        .map(|(member, value)| format!("{name}: {member} {value} instead of {}", case[member]))
        .chain(unexpected_status(operation, case))
        .collect();
    (!wrong.is_empty()).then(|| wrong.join("\n"))
}

fn unexpected_status(operation: &Operation, case: &Json) -> Option<String> {
    let statuses = case["success"].as_array().unwrap();
    let known = |status: &Json| {
        operation
            .success
            .iter()
            .any(|known| json!(known) == *status)
    };
    let missing = statuses.iter().find(|status| !known(status))?;
    Some(format!("{}: {missing} is a success, too", operation.name))
}

/// Each sample of a document is what the row of its name says it is.
#[test]
fn samples_agree_with_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/xml");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(stem) = name.strip_suffix(".xml") else {
            continue;
        };
        let parts: Vec<&str> = stem.split('.').collect();
        let Some(operation) = find_operation(parts[0]) else {
            continue;
        };
        let content = match parts.last() {
            Some(&"request") => operation.body,
            Some(&"response") => operation.answer,
            _ => continue,
        };
        let text = std::fs::read(&path).unwrap();
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Content::Xml(root) = content {
            assert_eq!(document.root(), root, "{name}");
        }
        let again = Document::parse(document.to_text().as_bytes()).unwrap();
        assert_eq!(
            again, document,
            "{name} is not what was read after writing it"
        );
        checked += 1;
    }
    assert!(checked > 100, "only {checked} samples");
}

#[test]
fn documentation_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operations/OPERATIONS.md");
    let text = documentation();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "src/operations/OPERATIONS.md differs from the table; `UPDATE=1 cargo test --test table` rewrites it"
    );
}

fn documentation() -> String {
    let mut text = format!(
        "# Operations\n\n\
         Generated from `table.rs` by `UPDATE=1 cargo test --test table`. All {} operations can be sent by these names with\n\
         `oss_invoke()` and `oss_service_invoke()`; most have functions of their own besides. `{{}}` is a parameter that the\n\
         caller has to give, and so are the headers. \"once\": not repeated when an answer is lost.\n",
        OPERATIONS.len()
    );
    for (level, title) in [
        (Level::Service, "Service"),
        (Level::Bucket, "Buckets"),
        (Level::Object, "Objects"),
    ] {
        let _ = write!(
            text,
            "\n## {title}\n\n| operation | request | headers | body | answer | success | |\n|---|---|---|---|---|---|---|\n"
        );
        let mut rows: Vec<&Operation> = OPERATIONS.iter().filter(|o| o.level == level).collect();
        rows.sort_by_key(|operation| operation.name);
        for operation in rows {
            text += &row(operation);
        }
    }
    text
}

fn row(operation: &Operation) -> String {
    let path = match operation.level {
        Level::Object => "/KEY",
        _ => "/",
    };
    let query = match operation.query {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let body = match (content(operation.body), operation.body_is_optional) {
        (body, true) => format!("{body}, optional"),
        (body, false) => body,
    };
    let statuses: Vec<String> = operation.success.iter().map(u16::to_string).collect();
    let once = if operation.idempotent { "" } else { "once" };
    format!(
        "| {} | `{} {path}{query}` | {} | {body} | {} | {} | {once} |\n",
        operation.name,
        operation.method.as_str(),
        operation.headers.join(", "),
        content(operation.answer),
        statuses.join(", "),
    )
}

fn content(content: Content) -> String {
    match content {
        Content::Nothing => String::new(),
        Content::Bytes => "bytes".to_owned(),
        Content::Text => "text".to_owned(),
        Content::Json => "JSON".to_owned(),
        Content::Xml(root) => format!("`<{root}>`"),
        Content::Frames => "frames".to_owned(),
    }
}
