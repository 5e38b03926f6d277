//! `src/operations/DOCUMENTS.md`, the paths of every document, made of the samples in `tests/vectors/{xml,json}`.
//! `UPDATE=1 cargo test --test documents` rewrites it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use alioss::{Content, OPERATIONS, find_operation};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Paths in the order of their first appearance, each with a value, and with whether its element is repeated.
#[derive(Default)]
struct Paths(Vec<(Vec<String>, String)>);

/// What an operation sends and what it answers, by the name of the operation.
type Documents = BTreeMap<String, [Paths; 2]>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Documents {
    let mut files: Vec<PathBuf> = ["xml", "json"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root().join("tests/vectors").join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut all = Documents::new();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let parts: Vec<&str> = name.split('.').collect();
        let side = match parts.as_slice() {
            [.., "request", _] => 0,
            [.., "response", _] => 1,
            _ => continue,
        };
        if find_operation(parts[0]).is_none() {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let paths = &mut all.entry(parts[0].to_owned()).or_default()[side];
        if name.ends_with(".json") {
            paths.add_json(&mut Vec::new(), &serde_json::from_str(&text).unwrap());
        } else {
            paths.add(&text);
        }
    }
    all
}

impl Paths {
    /// Adds what a sample has. An element that comes again beside its like is a list: `Rule[0]`.
    fn add(&mut self, sample: &str) {
        let mut reader = Reader::from_str(sample);
        // For each open element: its name as it stands in a path, and how often each of its children came.
        let mut open: Vec<(String, BTreeMap<String, usize>)> = Vec::new();
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) => {
                    let name = element.name().as_ref().to_owned();
                    if let Some((_, children)) = open.last_mut() {
                        *children.entry(name.clone()).or_default() += 1;
                    }
                    open.push((name, BTreeMap::new()));
                    text.clear();
                }
                Event::Text(piece) => text += piece.as_ref(),
                Event::End(_) => {
                    let path = open.iter().skip(1).map(|(name, _)| name.clone()).collect();
                    let (name, children) = open.pop().unwrap();
                    if children.is_empty() {
                        self.note(path, text.trim());
                    }
                    text.clear();
                    let siblings = open.last().and_then(|(_, children)| children.get(&name));
                    if siblings.is_some_and(|count| *count > 1) {
                        let parent: Vec<_> = open.iter().skip(1).map(|(name, _)| name).collect();
                        self.make_list(&parent, &name);
                    }
                }
                Event::Eof => return,
                _ => {}
            }
        }
    }

    /// Adds what a JSON text has below `path`. Of an array the first value stands for all.
    fn add_json(&mut self, path: &mut Vec<String>, value: &serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    path.push(name.clone());
                    self.add_json(path, value);
                    path.pop();
                }
            }
            serde_json::Value::Array(values) => {
                if let (Some(first), Some(name)) = (values.first(), path.last_mut()) {
                    *name += "[0]";
                    self.add_json(path, first);
                }
            }
            serde_json::Value::String(text) => self.0.push((path.clone(), text.clone())),
            other => self.0.push((path.clone(), other.to_string())),
        }
    }

    fn note(&mut self, path: Vec<String>, value: &str) {
        let bare = |path: &[String]| path.join(".").replace("[0]", "");
        if path.is_empty() || self.0.iter().any(|(known, _)| bare(known) == bare(&path)) {
            return;
        }
        // Beside what it belongs to, even if it is in a later sample only.
        let parent = bare(&path[..path.len() - 1]);
        let last = self
            .0
            .iter()
            .rposition(|(known, _)| bare(&known[..known.len() - 1]) == parent);
        let at = last.map_or(self.0.len(), |last| last + 1);
        self.0.insert(at, (path, value.to_owned()));
    }

    /// Marks the element `name` below `parent` as one of several.
    fn make_list(&mut self, parent: &[&String], name: &str) {
        for (path, _) in &mut self.0 {
            let same =
                |(mine, other): (&String, &&String)| mine.trim_end_matches("[0]") == other.as_str();
            let below = path.len() > parent.len() && path.iter().zip(parent).all(same);
            if below && path[parent.len()] == name {
                path[parent.len()] += "[0]";
            }
        }
    }
}

fn page() -> String {
    let mut page = "# The paths of every document\n\n\
        Generated from the samples in `tests/vectors/{xml,json}` by `UPDATE=1 cargo test --test documents`. Sent paths are for\n\
        `oss_call_set_field()`, answered ones for `oss_call_text()` and `oss_call_count()`; both begin below the root. `[0]`\n\
        is the first of several. Behind each path is a value as it may look. Elements that the service has added since are\n\
        used in the same way. [OPERATIONS.md](OPERATIONS.md) lists the operations without a document, too.\n"
        .replace("Behind each path is", "After each path stands");
    for (name, sides) in &documents() {
        let reference = name.to_lowercase();
        let _ = write!(
            page,
            "\n## {name}\n\n[Reference](https://www.alibabacloud.com/help/en/oss/developer-reference/{reference})\n"
        );
        for (title, paths) in ["sent", "answered"].into_iter().zip(sides) {
            if paths.0.is_empty() {
                continue;
            }
            let _ = write!(page, "\n| {title} | such as |\n|---|---|\n");
            for (path, value) in &paths.0 {
                let value = if value.is_empty() {
                    String::new()
                } else {
                    format!("`{}`", value.replace('|', "\\|"))
                };
                let _ = writeln!(page, "| `{}` | {value} |", path.join("."));
            }
        }
    }
    page
}

#[test]
fn page_is_up_to_date() {
    let path = root().join("src/operations/DOCUMENTS.md");
    let text = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "src/operations/DOCUMENTS.md differs from the samples; `UPDATE=1 cargo test --test documents` rewrites it"
    );
}

#[test]
fn every_operation_with_a_document_has_a_section() {
    let all = documents();
    let is_document = |content| matches!(content, Content::Xml(_) | Content::Json);
    let without: Vec<&str> = OPERATIONS
        .iter()
        .filter(|row| is_document(row.body) || is_document(row.answer))
        .map(|row| row.name)
        .filter(|name| !all.contains_key(*name))
        .collect();
    assert!(without.is_empty(), "no sample of {without:?}");
}

/// The paths are those that the library understands.
#[test]
fn paths_are_found_in_the_samples() {
    let all = documents();
    assert!(all.len() > 80, "only {} operations", all.len());
    let sample = |name: &str| {
        let path = root().join("tests/vectors/xml").join(name);
        alioss::Document::parse(&std::fs::read(path).unwrap()).unwrap()
    };
    for (file, operation, side) in [
        ("PutBucketLifecycle.request.xml", "PutBucketLifecycle", 0),
        ("GetBucketInfo.response.xml", "GetBucketInfo", 1),
        ("../json/PutBucketPolicy.request.json", "PutBucketPolicy", 0),
    ] {
        let document = sample(file);
        let paths = &all[operation][side];
        let found = paths
            .0
            .iter()
            .filter(|(path, _)| document.text(&path.join(".")).is_some())
            .count();
        assert!(
            found * 2 > paths.0.len(),
            "{file}: only {found} of {} paths",
            paths.0.len()
        );
    }
    let lifecycle = &all["PutBucketLifecycle"][0];
    assert!(
        lifecycle
            .0
            .iter()
            .any(|(path, _)| path.join(".") == "Rule[0].ID")
    );
}
