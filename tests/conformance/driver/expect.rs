//! Comparing what happened with what was expected.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use oss_local::RequestRecord;
use serde_json::Value;

use super::scenario::strings;
use super::wire;
use super::world::{Mark, World};

/// The fields of a result that a scenario can ask for, besides those with a dot, such as `header.NAME` and `text.PATH`.
const FIELDS: [&str; 31] = [
    "opened",
    "status",
    "error",
    "http_status",
    "code",
    "message",
    "request_id",
    "host_id",
    "ec",
    "retryable",
    "attempts",
    "etag",
    "version_id",
    "crc64",
    "content_length",
    "last_modified",
    "bytes",
    "fnv",
    "body",
    "progress",
    "exists",
    "next_append_position",
    "symlink_target",
    "upload_id",
    "splits",
    "rows",
    "columns",
    "url",
    "expiration",
    "aborted",
    "outcomes",
];

pub struct Expectation<'e> {
    pub fields: &'e [(String, String)],
    pub took: Duration,
    pub world: &'e World,
    pub mark: Mark,
    pub connections: &'e mut BTreeMap<String, u64>,
}

impl Expectation<'_> {
    pub fn check(&mut self, expected: &Value) -> Result<(), String> {
        let members = expected.as_object().ok_or("expect is no object")?;
        if !members.contains_key("status") && !members.contains_key("opened") {
            match self.field("status").or_else(|| self.field("opened")) {
                None | Some("OSS_OK" | "1") => {}
                Some(other) => {
                    let why = self.field("error").unwrap_or_default();
                    return Err(format!("{other}: {why}"));
                }
            }
        }
        for (name, value) in members {
            self.member(name, value)
                .map_err(|why| format!("{name}: expected {value}, but {why}"))?;
        }
        Ok(())
    }

    fn field(&self, name: &str) -> Option<&str> {
        find(self.fields, name)
    }

    /// What the server saw during the command.
    fn requests(&self) -> Vec<RequestRecord> {
        self.world.requests().split_off(self.mark.requests)
    }

    fn member(&mut self, name: &str, expected: &Value) -> Result<(), String> {
        match name {
            "body_is" => self.body(expected),
            "entries" => self.entries(expected),
            "entries_count" => equal(expected, entries(self.fields).len()),
            "ms" => self.duration(expected),
            "requests" => self.all_requests(expected),
            "requests_count" => equal(expected, self.requests().len()),
            "connections_count" => equal(expected, connections(&self.requests())),
            "connections_so_far" => equal(expected, connections(&self.world.requests())),
            "connections_accepted" => equal(expected, self.world.connections_accepted()),
            "files" => self.files(expected),
            "dir" => self.directory(expected),
            "proxy_log" => self.proxy_log(expected),
            name if FIELDS.contains(&name) || name.contains('.') => {
                compare(expected, self.field(name))
            }
            _ => Err("no such member is known".to_owned()),
        }
    }

    fn body(&self, expected: &Value) -> Result<(), String> {
        let body = wire::body(expected.as_str().unwrap_or_default())?;
        let (length, fnv) = (body.len().to_string(), format!("{:016x}", wire::fnv(&body)));
        if self.field("bytes") == Some(&length) && self.field("fnv") == Some(&fnv) {
            return Ok(());
        }
        Err(format!(
            "it has {:?} bytes and the hash {:?} instead of {length} and {fnv}",
            self.field("bytes"),
            self.field("fnv")
        ))
    }

    fn entries(&self, expected: &Value) -> Result<(), String> {
        let found = entries(self.fields);
        let expected = expected.as_array().ok_or("no list is expected")?;
        if found.len() != expected.len() {
            return Err(format!("there are {}: {found:?}", found.len()));
        }
        for (expected, found) in expected.iter().zip(&found) {
            let Some(members) = expected.as_object() else {
                compare(expected, find(found, "entry"))?;
                continue;
            };
            for (name, expected) in members {
                let field = match name.as_str() {
                    "entry" => "entry".to_owned(),
                    name => format!("entry.{name}"),
                };
                compare(expected, find(found, &field)).map_err(|why| format!("{name} {why}"))?;
            }
        }
        Ok(())
    }

    fn duration(&self, expected: &Value) -> Result<(), String> {
        let took = self.took.as_millis();
        let bound = |index: usize| expected[index].as_u64().map(u128::from);
        match (bound(0), bound(1)) {
            (Some(least), Some(most)) if (least..=most).contains(&took) => Ok(()),
            _ => Err(format!("it took {took} ms")),
        }
    }

    fn all_requests(&mut self, expected: &Value) -> Result<(), String> {
        let seen = self.requests();
        let expected = expected.as_array().ok_or("no list is expected")?;
        if seen.len() != expected.len() {
            return Err(format!("there were {}: {seen:#?}", seen.len()));
        }
        for (expected, seen) in expected.iter().zip(&seen) {
            self.request(expected, seen)
                .map_err(|why| format!("{why} in {seen:?}"))?;
        }
        Ok(())
    }

    fn request(&mut self, expected: &Value, seen: &RequestRecord) -> Result<(), String> {
        let members = expected.as_object().ok_or("a request is no object")?;
        let (status, bytes) = (
            seen.status.to_string(),
            seen.body_bytes_received.to_string(),
        );
        for (name, expected) in members {
            let found = match name.as_str() {
                "method" => Some(seen.method.as_str()),
                "target" => Some(seen.target.as_str()),
                "host" => Some(seen.host.as_str()),
                "tls_version" => seen.tls_version.as_deref(),
                "sni" => seen.sni.as_deref(),
                "status" => Some(status.as_str()),
                "operation" => Some(seen.operation.as_str()),
                "body_bytes_received" => Some(bytes.as_str()),
                "connection" => {
                    self.connection(expected.as_str().unwrap_or_default(), seen.connection)?;
                    continue;
                }
                "headers" => {
                    for (header, expected) in expected.as_object().ok_or("no object")? {
                        compare(expected, seen.header(header))
                            .map_err(|why| format!("{header} {why}"))?;
                    }
                    continue;
                }
                _ => return Err(format!("{name} is unknown")),
            };
            compare(expected, found).map_err(|why| format!("{name} {why}"))?;
        }
        Ok(())
    }

    fn connection(&mut self, label: &str, number: u64) -> Result<(), String> {
        if let Some(known) = self.connections.get(label) {
            return match *known == number {
                true => Ok(()),
                false => Err(format!(
                    "connection {label} was {known} and is now {number}"
                )),
            };
        }
        if let Some((other, _)) = self.connections.iter().find(|(_, known)| **known == number) {
            return Err(format!("connection {label} is {other} again"));
        }
        self.connections.insert(label.to_owned(), number);
        Ok(())
    }

    fn files(&self, expected: &Value) -> Result<(), String> {
        for (name, expected) in expected.as_object().ok_or("no object")? {
            let found = std::fs::read(self.world.directory().join(name));
            match (expected.as_str(), found) {
                (None, Err(_)) => {}
                (Some(body), Ok(found)) if wire::body(body)? == found => {}
                (None, Ok(_)) => return Err(format!("{name} is there")),
                (Some(_), Ok(found)) => {
                    return Err(format!("{name} has other content ({} bytes)", found.len()));
                }
                (Some(_), Err(error)) => return Err(format!("{name}: {error}")),
            }
        }
        Ok(())
    }

    fn directory(&self, expected: &Value) -> Result<(), String> {
        let names: BTreeSet<String> = std::fs::read_dir(self.world.directory())
            .map_err(|error| error.to_string())?
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        match names == BTreeSet::from_iter(strings(expected)) {
            true => Ok(()),
            false => Err(format!("there are {names:?}")),
        }
    }

    fn proxy_log(&self, expected: &Value) -> Result<(), String> {
        let lines = self.world.proxy_log().split_off(self.mark.proxy_log);
        let patterns = strings(expected);
        let connects = lines.iter().any(|line| line.contains("Connect (file"));
        if patterns.is_empty() && connects {
            return Err(format!("its log says {lines:#?}"));
        }
        for pattern in patterns {
            if !lines.iter().any(|line| wire::matches(&pattern, line)) {
                return Err(format!("its log says {lines:#?}"));
            }
        }
        Ok(())
    }
}

/// The first field of that name.
pub fn find<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// The entries of a listing, each with the fields after it.
fn entries(fields: &[(String, String)]) -> Vec<&[(String, String)]> {
    let starts: Vec<usize> = (0..fields.len())
        .filter(|&index| fields[index].0 == "entry")
        .collect();
    let ends = starts.iter().skip(1).copied().chain([fields.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| &fields[start..end])
        .collect()
}

fn connections(requests: &[RequestRecord]) -> usize {
    requests
        .iter()
        .map(|request| request.connection)
        .collect::<BTreeSet<_>>()
        .len()
}

fn equal(expected: &Value, found: usize) -> Result<(), String> {
    match expected.as_u64() == Some(found as u64) {
        true => Ok(()),
        false => Err(format!("there were {found}")),
    }
}

fn compare(expected: &Value, found: Option<&str>) -> Result<(), String> {
    let holds = match (expected, found) {
        (Value::Null, found) => found.is_none(),
        (Value::String(pattern), Some(found)) => wire::matches(pattern, found),
        (Value::Number(number), Some(found)) => number.to_string() == found,
        _ => false,
    };
    match holds {
        true => Ok(()),
        false => Err(format!("is {found:?} instead of {expected}")),
    }
}
