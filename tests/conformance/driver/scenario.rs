//! The scenarios as data.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Runner;
use crate::support::root;

/// Every init option of the design, and whether a value of it can be illegal (a switch has none by itself; some contradict
/// others).
const OPTIONS: [(&str, bool); 33] = [
    ("credentials", true),
    ("keys", true),
    ("signature_version", true),
    ("endpoint", true),
    ("region", true),
    ("internal_endpoint", true),
    ("accelerate_endpoint", true),
    ("dual_stack", true),
    ("cname", true),
    ("path_style", false),
    ("cloudbox_id", true),
    ("additional_signed_header", true),
    ("session", true),
    ("pool_size", true),
    ("connect_timeout_ms", true),
    ("read_timeout_ms", true),
    ("total_timeout_ms", true),
    ("tls_versions", true),
    ("ca_file", true),
    ("ca_pem", true),
    ("insecure_skip_verify", true),
    ("proxy", true),
    ("proxy_from_env", true),
    ("app_name", true),
    ("crc64", false),
    ("file_sync", false),
    ("attempts", true),
    ("backoff_ms", true),
    ("clock", false),
    ("clock_skew_correction", false),
    ("user_header", true),
    ("resolve", true),
    ("traffic_limit", true),
];

const MEMBERS: [&str; 16] = [
    "name",
    "about",
    "covers",
    "env",
    "server",
    "buckets",
    "objects",
    "files",
    "links",
    "rules",
    "options",
    "open",
    "steps",
    "unrepresentable_in",
    "not_on",
    "slow",
];

#[derive(Debug)]
pub struct Scenario(pub Value);

impl Scenario {
    pub fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or("(without a name)")
    }

    /// Whether a platform, such as `linux/aarch64`, has what it needs.
    pub fn is_for(&self, platform: &str) -> bool {
        let lacking = strings(&self.0["not_on"]);
        let (os, _) = platform.split_once('/').unwrap_or((platform, ""));
        !lacking.iter().any(|one| one == os || one == platform)
    }

    pub fn is_slow(&self) -> bool {
        self.0["slow"] == true
    }

    pub fn environment(&self) -> Option<&Value> {
        self.0.get("env")
    }

    /// The steps, beginning with those that `options` is short for.
    pub fn steps(&self) -> Vec<Value> {
        let mut steps = Vec::new();
        if let Some(options) = self.0["options"].as_object() {
            for (name, value) in options {
                let given = match value {
                    Value::Array(list) if list.iter().all(Value::is_array) => list.clone(),
                    value => vec![value.clone()],
                };
                for value in given {
                    let mut words = vec![json!("option"), json!(name)];
                    match value {
                        Value::Array(list) => words.extend(list),
                        value => words.push(value),
                    }
                    steps.push(json!({"do": words}));
                }
            }
            let open = self.0.get("open").cloned().unwrap_or(json!({}));
            steps.push(json!({"do": "bucket bucket examplebucket", "expect": open}));
        }
        steps.extend(self.0["steps"].as_array().cloned().unwrap_or_default());
        steps
    }
}

/// All scenarios, or those that `CONFORMANCE_ONLY` asks for.
pub fn load() -> Vec<Scenario> {
    let only = std::env::var("CONFORMANCE_ONLY").unwrap_or_default();
    let mut scenarios = all();
    scenarios.retain(|scenario| scenario.name().contains(&only));
    scenarios
}

fn all() -> Vec<Scenario> {
    [
        "init_options.json",
        "credentials.json",
        "operations.json",
        "all_operations.json",
        "transfers.json",
    ]
    .iter()
    .flat_map(|name| {
        let path = root().join("tests/conformance").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let list: Vec<Value> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        list.into_iter().map(Scenario)
    })
    .collect()
}

/// Whether the files say what they should.
pub fn check(runners: &[Runner]) {
    let scenarios = all();
    let mut names = BTreeSet::new();
    let mut covered = BTreeSet::new();
    for scenario in &scenarios {
        let name = scenario.name();
        assert!(names.insert(name), "two scenarios are called {name:?}");
        only_members(&scenario.0, &MEMBERS).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(
            !scenario.steps().is_empty(),
            "{name}: nothing is done in this scenario"
        );
        let text = scenario.0.to_string();
        assert!(
            text.contains("\"expect\"") || text.contains("\"open\""),
            "{name}: nothing is expected"
        );
        covered.extend(strings(&scenario.0["covers"]));
        for language in strings(&scenario.0["unrepresentable_in"]) {
            assert!(
                LANGUAGES.contains(&language.as_str()),
                "{name}: unrepresentable_in: {language} is no runner"
            );
        }
    }
    for runner in runners {
        assert!(LANGUAGES.contains(&runner.name), "{}", runner.name);
    }
    let mut missing = Vec::new();
    // Nobody can have redirects followed.
    if !covered.remove("redirects default") {
        missing.push("redirects default".to_owned());
    }
    for (option, can_be_illegal) in OPTIONS {
        let mut kinds = vec!["default", "legal"];
        kinds.extend(can_be_illegal.then_some("illegal"));
        for kind in kinds {
            let row = format!("{option} {kind}");
            if !covered.remove(&row) {
                missing.push(row);
            }
        }
    }
    let used = commands(&scenarios);
    missing.extend(operations().into_iter().filter(|name| !used.contains(name)));
    assert!(missing.is_empty(), "no scenario covers {missing:?}");
    assert!(covered.is_empty(), "covers: {covered:?} is unknown");
}

/// The first words of all that is done.
fn commands(scenarios: &[Scenario]) -> BTreeSet<String> {
    let steps = scenarios.iter().flat_map(Scenario::steps);
    steps
        .filter_map(|step| words(&step["do"]).ok()?.into_iter().next())
        .collect()
}

/// The operations in the table of the README.
fn operations() -> BTreeSet<String> {
    let path = root().join("tests/conformance/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split("### Operations").nth(1).unwrap_or_default();
    let table = table.split("BODY is one of").next().unwrap_or_default();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    // What stands between backquotes in the first column; `...` goes on with the command before.
    rows.filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter_map(|command| command.split(' ').next())
        .filter(|name| *name != "...")
        .map(str::to_owned)
        .collect()
}

const LANGUAGES: [&str; 8] = [
    "rust",
    "c",
    "c-options",
    "cpp",
    "cpp-clang",
    "go",
    "csharp-mono",
    "csharp-coreclr",
];

/// The texts of a list.
pub fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// A member that is misspelt would not be looked at.
pub fn only_members(object: &Value, known: &[&str]) -> Result<(), String> {
    let object = object
        .as_object()
        .ok_or_else(|| format!("{object} is no object"))?;
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("{name:?} is not among {known:?}")),
        None => Ok(()),
    }
}

/// The words of a command, before placeholders are filled in.
pub fn words(command: &Value) -> Result<Vec<String>, String> {
    match command {
        Value::String(line) => Ok(line
            .split(' ')
            .map(|word| if word == "%" { "" } else { word }.to_owned())
            .collect()),
        Value::Array(list) => list.iter().map(word).collect(),
        other => Err(format!("{other} is no command")),
    }
}

fn word(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(on) => Ok(if *on { "1" } else { "0" }.to_owned()),
        other => Err(format!("{other} is no word")),
    }
}

/// The commands that prepare the inputs of an operation.
pub fn inputs(with: &Value) -> Result<Vec<Vec<String>>, String> {
    let mut commands = Vec::new();
    for (name, value) in with.as_object().into_iter().flatten() {
        let command = |words: &[&Value]| -> Result<Vec<String>, String> {
            std::iter::once(Ok(name.trim_end_matches('s').to_owned()))
                .chain(words.iter().map(|value| word(value)))
                .collect()
        };
        match name.as_str() {
            "headers" | "queries" => {
                let input = if name == "headers" { "header" } else { "query" };
                for (name, value) in value.as_object().ok_or("not an object")? {
                    let mut words = vec![input.to_owned(), name.clone()];
                    if !value.is_null() {
                        words.push(word(value)?);
                    }
                    commands.push(words);
                }
            }
            "range" => {
                let list = value.as_array().ok_or("range is no list")?;
                commands.push(command(&list.iter().collect::<Vec<_>>())?);
            }
            "timeout_ms" | "cancel_after_ms" | "progress_stop" | "initial_crc64" | "part_size"
            | "workers" | "prefetch" | "record_directory" | "filter_out" => {
                commands.push(vec![name.clone(), word(value)?]);
            }
            "progress" | "no_record" | "outcome_stop" => commands.push(vec![name.clone()]),
            "want" | "error_detail" | "text" | "count" => {
                for wanted in strings(value) {
                    commands.push(vec![name.clone(), wanted]);
                }
            }
            "fields" | "parts" => {
                for words in value.as_array().ok_or("not a list")? {
                    let words = words.as_array().ok_or("not a list of lists")?;
                    commands.push(command(&words.iter().collect::<Vec<_>>())?);
                }
            }
            "callback" => commands.push(match value {
                Value::Array(texts) => command(&texts.iter().collect::<Vec<_>>())?,
                text => command(&[text])?,
            }),
            other => return Err(format!("with: {other} is unknown")),
        }
    }
    Ok(commands)
}
