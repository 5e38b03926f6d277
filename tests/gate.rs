//! What must not grow unnoticed: instructions, allocations and system calls of single operations, and the size of the
//! library. All of them are counts, not times, so that a busy machine changes nothing.
//!
//! `tests/bench/gate.json` has what was recorded; more than 5 % above it fails. After a change that is worth it, or that
//! made things better: `UPDATE=1 cargo test --test gate` records anew.

#![allow(dead_code)] // the modules are the benchmark's, which needs more of them

#[path = "bench/measure.rs"]
mod measure;
#[path = "bench/peer.rs"]
mod peer;
#[path = "bench/programs.rs"]
mod programs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use measure::{Bench, Operation, Task};
use peer::Peer;
use programs::{Client, Programs};

/// How much more than recorded is taken for noise of other compilers and C libraries.
const MARGIN: f64 = 1.05;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

fn tasks() -> Vec<(&'static str, Task)> {
    let small = |operation| Task::new(operation, KIB, 200);
    let large = |operation| Task::new(operation, MIB, 10);
    vec![
        ("put 1 KiB http", small(Operation::Put)),
        ("get 1 KiB http", small(Operation::Get)),
        ("put 1 KiB https", small(Operation::Put).https(true)),
        ("get 1 KiB https", small(Operation::Get).https(true)),
        ("put 1 KiB http, all on", small(Operation::Put).all_on()),
        ("get 1 KiB http, all on", small(Operation::Get).all_on()),
        ("put 1 MiB http", large(Operation::Put)),
    ]
}

fn record() -> PathBuf {
    programs::root().join("tests/bench/gate.json")
}

/// Everything that is counted, by name.
fn counted() -> BTreeMap<String, f64> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gate");
    let programs = Programs::build(&directory, &[Client::Ours]);
    let peer = Peer::start(&directory);
    let bench = Bench {
        programs: &programs,
        peer: &peer,
        file: PathBuf::new(),
    };
    let mut counts = BTreeMap::new();
    let size = programs.library_size() as f64;
    counts.insert("bytes of the library".to_owned(), size);
    for (name, task) in tasks() {
        let count = bench.count(Client::Ours, &task);
        counts.insert(format!("{name}: instructions"), count.instructions.round());
        counts.insert(format!("{name}: allocations"), count.allocations);
        counts.insert(format!("{name}: system calls"), count.syscalls);
    }
    counts
}

fn compiler() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let (said, _) = programs::succeed(Command::new(rustc).arg("--version"), "install Rust");
    said.trim().to_owned()
}

#[test]
fn no_operation_costs_more_than_was_recorded() {
    let counts = counted();
    if std::env::var_os("UPDATE").is_some() {
        let value = json!({ "compiler": compiler(), "counts": counts });
        let text = serde_json::to_string_pretty(&value).unwrap();
        return std::fs::write(record(), text + "\n").unwrap();
    }
    let recorded: Value =
        serde_json::from_str(&std::fs::read_to_string(record()).unwrap()).unwrap();
    let names: Vec<&String> = recorded["counts"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        counts.keys().collect::<Vec<_>>(),
        "other things were recorded"
    );
    let mut too_much = String::new();
    for (name, &now) in &counts {
        let then = recorded["counts"][name].as_f64().unwrap();
        println!("{name}: {now}, recorded {then}");
        if now > then * MARGIN {
            too_much.push_str(&format!("{name}: {now}, recorded {then}\n"));
        }
    }
    assert!(
        too_much.is_empty(),
        "more than 5 % above what tests/bench/gate.json has (recorded with {}, this is {}):\n{too_much}\
         if that is worth it: UPDATE=1 cargo test --test gate",
        recorded["compiler"],
        compiler()
    );
}
