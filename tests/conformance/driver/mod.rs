//! Feeds runners with scenarios and compares what they did with what was expected.

pub mod compile;
mod expect;
mod runner;
pub mod scenario;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use expect::Expectation;
use runner::{Answer, Process};
use scenario::{Scenario, strings};
use world::World;

use crate::support;

/// A program that speaks the protocol of `tests/conformance/README.md`.
pub struct Runner {
    pub name: &'static str,
    /// Builds it if need be; the words that start it.
    pub command: fn() -> Vec<OsString>,
}

/// Variables that the library, or a test, may read; unset before each scenario.
const VARIABLES: [&str; 25] = [
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALIBABA_CLOUD_CONFIG_FILE",
    "ALIBABA_CLOUD_CREDENTIALS_FILE",
    "ALIBABA_CLOUD_CREDENTIALS_URI",
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    "ALIBABA_CLOUD_PROFILE",
    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_ROLE_SESSION_NAME",
    "ALIBABA_CLOUD_STS_ENDPOINT",
    "OSS_CREDENTIALS",
    "OSS_ACCESS_KEY_ID",
    "OSS_ACCESS_KEY_SECRET",
    "OSS_SESSION_TOKEN",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

/// How long a command may take, also under an emulator.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs all scenarios that are not slow with one runner.
pub fn run_all(runners: &[Runner], name: &str) {
    let runner = find(runners, name);
    let command = (runner.command)();
    let platform = support::platform::name();
    let scenarios: Vec<Scenario> = scenario::load()
        .into_iter()
        .filter(|scenario| !scenario.is_slow() && scenario.is_for(&platform))
        .collect();
    let next = Mutex::new(scenarios.iter());
    let failures = Mutex::new(Vec::new());
    // Most of the time is waiting, so several at once; each with a process of its own.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut process = Process::start(runner.name, &command);
                loop {
                    let Some(scenario) = next.lock().unwrap().next() else {
                        break;
                    };
                    if let Err(failure) = run(&mut process, scenario) {
                        failures.lock().unwrap().push(failure);
                        process = Process::start(runner.name, &command);
                    }
                }
                if let Err(failure) = process.finish(PATIENCE) {
                    failures.lock().unwrap().push(failure);
                }
            });
        }
    });
    report(runner.name, scenarios.len(), failures.into_inner().unwrap());
}

/// Runs the slow scenarios with all runners, all at once.
pub fn run_slow(runners: &[Runner]) {
    let scenarios: Vec<Scenario> = scenario::load()
        .into_iter()
        .filter(Scenario::is_slow)
        .collect();
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for runner in runners {
            let command = (runner.command)();
            for scenario in &scenarios {
                let (command, failures) = (command.clone(), &failures);
                scope.spawn(move || {
                    let mut process = Process::start(runner.name, &command);
                    if let Err(failure) = run(&mut process, scenario) {
                        let named = format!("{}: {failure}", runner.name);
                        failures.lock().unwrap().push(named);
                    }
                });
            }
        }
    });
    let count = scenarios.len() * runners.len();
    report("slow scenarios", count, failures.into_inner().unwrap());
}

fn find<'r>(runners: &'r [Runner], name: &str) -> &'r Runner {
    runners
        .iter()
        .find(|runner| runner.name == name)
        .unwrap_or_else(|| panic!("RUNNERS has no {name}"))
}

fn report(name: &str, count: usize, failures: Vec<String>) {
    assert!(
        count > 0,
        "{name}: no scenario was run; is CONFORMANCE_ONLY right?"
    );
    assert!(
        failures.is_empty(),
        "{name}: {} of {count} scenarios failed\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    println!("{name}: {count} scenarios");
}

/// One scenario being carried out.
struct Stage<'s> {
    scenario: &'s Scenario,
    process: &'s mut Process,
    world: World,
    /// Which connection a label stands for.
    connections: BTreeMap<String, u64>,
}

/// Carries out `scenario`; the failure says what was wrong and shows the conversation.
fn run(process: &mut Process, scenario: &Scenario) -> Result<(), String> {
    process.forget();
    let outcome = World::new(scenario).and_then(|world| {
        let mut stage = Stage {
            scenario,
            process,
            world,
            connections: BTreeMap::new(),
        };
        stage.play()
    });
    outcome.map_err(|why| format!("--- {}\n{why}\n{}", scenario.name(), process.conversation()))
}

impl Stage<'_> {
    fn play(&mut self) -> Result<(), String> {
        self.process.greet(PATIENCE)?;
        self.tell(&["scenario".to_owned(), self.scenario.name().to_owned()])?;
        self.environment()?;
        for step in self.scenario.steps() {
            let what = step.to_string();
            let goes_on = self.step(&step);
            if !goes_on.map_err(|why| format!("{what}\n{why}"))? {
                break;
            }
        }
        Ok(())
    }

    fn environment(&mut self) -> Result<(), String> {
        let default = json!({"OSS_ACCESS_KEY_ID": "{{id}}", "OSS_ACCESS_KEY_SECRET": "{{secret}}"});
        let given = self.scenario.environment().unwrap_or(&default);
        let given = given.as_object().ok_or("env is no object")?.clone();
        if let Some(other) = given
            .keys()
            .find(|name| !VARIABLES.contains(&name.as_str()))
        {
            return Err(format!("env: {other} would outlive the scenario"));
        }
        // Where capital letters in their names do not count, unsetting one would unset another that was set.
        for name in VARIABLES {
            self.tell(&["env".to_owned(), name.to_owned()])?;
        }
        for (name, value) in &given {
            let value = self.world.fill(value.as_str().unwrap_or_default())?;
            self.tell(&["env".to_owned(), name.clone(), value])?;
        }
        Ok(())
    }

    /// A command that only prepares something.
    fn tell(&mut self, words: &[String]) -> Result<(), String> {
        match self.process.ask(words, PATIENCE)? {
            Answer::Ok => Ok(()),
            answer => Err(format!("{}: answered {answer:?}", words.join(" "))),
        }
    }

    /// Whether there is reason to go on.
    fn step(&mut self, step: &Value) -> Result<bool, String> {
        let known = ["do", "with", "expect", "save", "server", "sleep_ms"];
        scenario::only_members(step, &known)?;
        if let Some(action) = step.get("server") {
            return self.world.act(action).map(|()| true);
        }
        if let Some(pause) = step["sleep_ms"].as_u64() {
            std::thread::sleep(Duration::from_millis(pause));
            return Ok(true);
        }
        for input in scenario::inputs(&step["with"])? {
            let words = self.world.fill_all(&input)?;
            self.tell(&words)?;
        }
        let words = self.world.fill_all(&scenario::words(&step["do"])?)?;
        let mark = self.world.mark();
        let began = Instant::now();
        let answer = self.process.ask(&words, PATIENCE)?;
        let took = began.elapsed();
        let empty = json!({});
        let expected = self
            .world
            .fill_value(step.get("expect").unwrap_or(&empty))?;
        let fields = match answer {
            Answer::Ok => Vec::new(),
            Answer::Result(fields) => fields
                .into_iter()
                .map(|(name, value)| (name, support::platform::with_own_paths(value)))
                .collect(),
            Answer::Unrepresentable if self.may_be_unrepresentable() => return Ok(false),
            answer => return Err(format!("answered {answer:?}")),
        };
        Expectation {
            fields: &fields,
            took,
            world: &self.world,
            mark,
            connections: &mut self.connections,
        }
        .check(&expected)?;
        self.save(step, &fields)?;
        Ok(true)
    }

    /// Keeps fields of a result for later steps.
    fn save(&mut self, step: &Value, fields: &[(String, String)]) -> Result<(), String> {
        for (name, field) in step["save"].as_object().into_iter().flatten() {
            let field = field.as_str().unwrap_or_default();
            let value = expect::find(fields, field)
                .ok_or_else(|| format!("save: the result has no {field:?}"))?;
            self.world.save(name, value);
        }
        Ok(())
    }

    fn may_be_unrepresentable(&self) -> bool {
        strings(&self.scenario.0["unrepresentable_in"])
            .iter()
            .any(|name| name == self.process.name())
    }
}

/// Every kind of expectation has to fail when it does not hold.
pub fn notices(runner: &Runner) {
    let command = (runner.command)();
    let put = json!("put_object bucket a.txt text:hello");
    let list = json!("list_objects_v2 bucket % %");
    let get = json!("get_object bucket there.txt");
    let wrong = [
        (&put, json!({"status": "OSS_NOT_FOUND"})),
        (&put, json!({"etag": null})),
        (&put, json!({"upload_id": "*"})),
        (&put, json!({"text.Key": "*"})),
        (&put, json!({"code": "*"})),
        (&put, json!({"no_such_member": 1})),
        (&put, json!({"http_status": 201})),
        (&put, json!({"ms": [20000, 30000]})),
        (&put, json!({"requests": []})),
        (&put, json!({"requests": [{"method": "POST"}]})),
        (&put, json!({"requests": [{"tls_version": "*"}]})),
        (&put, json!({"requests": [{"no_such_member": "*"}]})),
        (&put, json!({"requests": [{"headers": {"x-other": "*"}}]})),
        (&put, json!({"requests": [{"headers": {"host": null}}]})),
        (&put, json!({"requests": [{"body_bytes_received": 4}]})),
        (&put, json!({"requests_count": 2})),
        (&put, json!({"connections_count": 2})),
        (&put, json!({"connections_so_far": 2})),
        (&put, json!({"files": {"missing": "text:"}})),
        (&put, json!({"dir": ["missing"]})),
        (&put, json!({"proxy_log": ["*CONNECT*"]})),
        (&get, json!({"body_is": "text:hallo"})),
        (&get, json!({"body_is": "text:there "})),
        (&get, json!({"body": "ther"})),
        (&list, json!({"entries": []})),
        (&list, json!({"entries": ["object,5,*", "*"]})),
        (&list, json!({"entries": ["object,4,there.txt"]})),
        (&list, json!({"entries": [{"entry": "*", "etag": "?"}]})),
        (&list, json!({"entries_count": 2})),
        (&json!("no_such_command bucket"), json!({})),
        (&json!("get_object bucket missing"), json!({})),
        (&json!("option no_such_option 1"), json!({})),
        (&json!("option attempts -1"), json!({})),
        (&json!("bucket other X"), json!({})),
    ];
    let mut process = Process::start(runner.name, &command);
    let mut scenario = |steps: Value| {
        let scenario = Scenario(json!({
            "name": "driver",
            "options": {"endpoint": "{{http}}", "region": "cn-hangzhou"},
            "objects": {"there.txt": "text:there"},
            "steps": steps
        }));
        run(&mut process, &scenario)
    };
    for (command, expected) in wrong {
        let failure = scenario(json!([{"do": command, "expect": expected}]));
        assert!(failure.is_err(), "{command} passed with {expected}");
    }
    // Too slow, however fast the machine is: the server takes its time.
    let slow = |bounds: Value| {
        json!([
            {"server": {"rules": [{"action": {"type": "delay", "ms": 30}}]}},
            {"do": put, "expect": {"ms": bounds}}
        ])
    };
    assert!(scenario(slow(json!([0, 29]))).is_err());
    assert!(scenario(slow(json!([30, 20000]))).is_ok());
    // Labels of connections, in both directions.
    let put = |label: &str| json!({"do": put, "expect": {"requests": [{"connection": label}]}});
    assert!(scenario(json!([put("A"), put("B")])).is_err());
    assert!(scenario(json!([put("A"), put("A")])).is_ok());
    // What is saved has to be there, and is what it was.
    let mut saved = |field: &str, expected: &str| {
        scenario(json!([
            {"do": "head_object bucket there.txt", "save": {"kept": field}},
            {"do": "head_object bucket there.txt", "expect": {"content_length": expected}}
        ]))
    };
    assert!(saved("content_length", "{{kept}}").is_ok());
    assert!(saved("crc64", "{{kept}}").is_err());
    assert!(saved("content_length", "{{lost}}").is_err());
    assert!(saved("no_such_field", "4").is_err());
    // Another runner than it should be.
    let mut other = Process::start("other", &command);
    assert!(other.greet(PATIENCE).is_err());
    // A runner that dies fails its scenario, and does not hang.
    let gone = Process::start("gone", &["false".into()]).ask(&["hello".to_owned()], PATIENCE);
    assert!(gone.is_err());
}
