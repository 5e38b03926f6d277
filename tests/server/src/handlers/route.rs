//! From method, resource and query to the official name of an operation, as the client's table of operations has it.

use alioss::{Level, OPERATIONS, Operation, Value};

use crate::request::Head;

/// Stands for methods that a resource does not take.
pub const NOT_ALLOWED: &str = "MethodNotAllowed";

/// Has no page of its own at the service, but its client in Java asks for it.
pub const DELETE_ACCELERATION: &str = "DeleteBucketTransferAcceleration";

pub fn operation(head: &Head) -> &'static str {
    if let Some(name) = by_value(head) {
        return name;
    }
    let best = OPERATIONS
        .iter()
        .filter(|operation| is_at(operation, head) && takes(operation, head))
        .max_by_key(|operation| closeness(operation, head));
    match best {
        // Whoever asks for a sub-resource must not get the bucket or the object itself, least of all delete it.
        Some(operation) if operation.query.is_empty() && has_sub_resource(head) => NOT_ALLOWED,
        Some(operation) => operation.name,
        None => NOT_ALLOWED,
    }
}

/// The operations that differ in what a parameter says, or that are at home at two levels.
fn by_value(head: &Head) -> Option<&'static str> {
    let process = head.query.get("x-oss-process");
    match (head.method.as_str(), process.as_deref()) {
        ("OPTIONS", _) => Some("OptionObject"),
        ("POST", Some("csv/select" | "json/select")) => Some("SelectObject"),
        ("POST", Some("csv/meta" | "json/meta")) => Some("CreateSelectObjectMeta"),
        ("POST", Some(_)) => Some("ProcessObject"),
        // Clients may name a symbolic link as one when they delete it.
        ("DELETE", _) if level(head) == Level::Object && head.query.has("symlink") => {
            Some("DeleteObject")
        }
        ("DELETE", _) if level(head) == Level::Bucket && head.query.has("transferAcceleration") => {
            Some(DELETE_ACCELERATION)
        }
        // Without its position it is still an append, that lacks something.
        ("POST", None) if level(head) == Level::Object && head.query.has("append") => {
            Some("AppendObject")
        }
        ("GET", _) if head.query.has("objectMeta") => Some("GetObjectMeta"),
        ("GET", _) if level(head) == Level::Service && head.query.has("accessPoint") => {
            Some("ListAccessPoints")
        }
        _ => None,
    }
}

fn level(head: &Head) -> Level {
    match (&head.place.bucket, &head.place.key) {
        (None, _) => Level::Service,
        (Some(_), None) => Level::Bucket,
        (Some(_), Some(_)) => Level::Object,
    }
}

fn is_at(operation: &Operation, head: &Head) -> bool {
    let level = level(head);
    // Only objects have operations of their own for HEAD.
    let method = match head.method.as_str() {
        "HEAD" if level != Level::Object => "GET",
        method => method,
    };
    operation.level == level && operation.method.as_str() == method
}

/// Whether the query has all that the operation asks for.
fn takes(operation: &Operation, head: &Head) -> bool {
    operation
        .parameters()
        .all(|(name, value)| match (head.query.get(name), value) {
            (None, _) => false,
            (Some(_), Value::None | Value::Given) => true,
            (Some(given), Value::Fixed(value)) => given == value,
        })
}

/// More parameters are closer, then more headers, then fewer headers that are missing.
fn closeness(operation: &Operation, head: &Head) -> (usize, usize, std::cmp::Reverse<usize>) {
    let has = |name: &&&str| head.headers.contains_key(**name);
    let present = operation.headers.iter().filter(has).count();
    let missing = operation.headers.len() - present;
    (
        operation.parameters().count(),
        present,
        std::cmp::Reverse(missing),
    )
}

/// Whether the query names a sub-resource of this level; processing instructions are none, GetObject takes them.
fn has_sub_resource(head: &Head) -> bool {
    let level = level(head);
    OPERATIONS
        .iter()
        .filter(|operation| operation.level == level)
        .flat_map(Operation::parameters)
        .any(|(name, value)| {
            value == Value::None && !name.starts_with("x-oss-") && head.query.has(name)
        })
}
