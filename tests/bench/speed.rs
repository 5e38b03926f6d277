//! The benchmark: this library beside a raw libcurl loop and a bare socket, against a peer on loopback that costs less than
//! any of them.
//!
//! ```sh
//! cargo bench                     # everything, some minutes; redraws tests/bench/chart.svg and tests/bench/results.md
//! cargo bench -- quick            # the same with fewer rounds and smaller bodies; writes nothing
//! cargo bench -- small counts     # only these parts: small, large, threads, counts
//! ```
//!
//! Alibaba Cloud's own C SDK takes part where the environment variable BENCH_C_SDK holds the flags to build against it, such as
//! `-I/usr/include/apr-1.0 -ISDK/oss_c_sdk SDK/liboss_c_sdk_static.a -lcurl -lmxml -laprutil-1 -lapr-1`.
//!
//! All clients run interleaved in one process after another, in turned order every second round, so that whatever else the
//! machine does hits all of them. CPU time is the client's alone, from getrusage() around the operations; the least of the
//! rounds is what it costs, the median shows how noisy the machine was.

#![allow(dead_code)] // the modules are also the gate's

mod chart;
mod measure;
mod peer;
mod programs;
mod report;

use std::path::{Path, PathBuf};

use measure::{Bench, Operation, Task};
use peer::Peer;
use programs::{Client, Programs};
use report::{Counted, Report, Row};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

const PARTS: [&str; 4] = ["small", "large", "threads", "counts"];

/// How much is run.
#[derive(Clone, Copy)]
struct Scale {
    rounds: usize,
    /// Operations of 1 KiB.
    small: usize,
    /// Operations of 64 KiB.
    medium: usize,
    /// Bytes of a large body.
    large: usize,
}

const FULL: Scale = Scale {
    rounds: 5,
    small: 20_000,
    medium: 4_000,
    large: 1024 * MIB,
};

const QUICK: Scale = Scale {
    rounds: 2,
    small: 5_000,
    medium: 1_000,
    large: 256 * MIB,
};

fn main() {
    // cargo adds --bench.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let is_known = |word: &&String| *word == "quick" || PARTS.contains(&word.as_str());
    if let Some(unknown) = words.iter().find(|word| !is_known(word)) {
        eprintln!("cargo bench: {unknown:?} is not quick, small, large, threads or counts");
        std::process::exit(2);
    }
    let is_quick = words.iter().any(|word| word == "quick");
    let chosen: Vec<&String> = words.iter().filter(|word| *word != "quick").collect();
    let wants = |part: &str| chosen.is_empty() || chosen.iter().any(|word| *word == part);

    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    eprintln!("building the library and the programs");
    let programs = Programs::build(&directory, &Client::all());
    let peer = Peer::start(&directory);
    let bench = Bench {
        programs: &programs,
        peer: &peer,
        file: directory.join("body"),
    };
    let scale = if is_quick { QUICK } else { FULL };
    let of_sdk = Client::all().contains(&Client::Sdk);
    let mut report = Report::new(
        programs.library_size(),
        programs.closure_size(Client::Curl),
        of_sdk.then(|| programs.closure_size(Client::Sdk)),
    );
    if wants("small") {
        report.small = small(&bench, scale);
    }
    if wants("large") {
        report.large = large(&bench, scale);
    }
    if wants("threads") {
        report.threads = threads(&bench, scale);
    }
    if wants("counts") {
        report.counts = counts(&bench);
    }
    println!("{report}");
    if !is_quick && chosen.is_empty() {
        let place = programs::root().join("tests/bench");
        std::fs::write(place.join("results.md"), report.to_string()).unwrap();
        std::fs::write(place.join("chart.svg"), chart::draw(&report)).unwrap();
    }
}

/// Runs `task` with every client that can, interleaved.
fn interleaved(bench: &Bench<'_>, name: &str, task: &Task, rounds: usize) -> Row {
    eprintln!("{name}");
    let mut row = Row::new(name, *task);
    let able = |client: &Client| match client {
        Client::Floor => !task.https,
        Client::Sdk => task.operation != Operation::GetSink,
        _ => true,
    };
    let mut order: Vec<Client> = Client::all().into_iter().filter(able).collect();
    for _ in 0..rounds {
        for &client in &order {
            row.add(client, bench.run(client, task));
        }
        order.reverse();
    }
    row
}

fn scheme(https: bool) -> &'static str {
    if https { "https" } else { "http" }
}

fn small(bench: &Bench<'_>, scale: Scale) -> Vec<Row> {
    let mut rows = Vec::new();
    for (size, name, count) in [
        (KIB, "1 KiB", scale.small),
        (64 * KIB, "64 KiB", scale.medium),
    ] {
        for https in [false, true] {
            for (operation, verb) in [(Operation::Put, "put"), (Operation::Get, "get")] {
                let task = Task::new(operation, size, count).https(https).threads(2);
                let name = format!("{verb} {name} {}", scheme(https));
                rows.push(interleaved(bench, &name, &task, scale.rounds));
            }
        }
    }
    rows
}

fn large(bench: &Bench<'_>, scale: Scale) -> Vec<Row> {
    write_body(&bench.file, scale.large);
    let mut rows = Vec::new();
    for https in [false, true] {
        for (operation, verb, offset) in [
            (Operation::Put, "put from memory", 0),
            (Operation::PutFile, "put from file", 0),
            (Operation::Get, "get into buffer", 0),
            // As the C library returns large pieces of memory.
            (Operation::Get, "get into malloc's buffer", 16),
            (Operation::GetSink, "get to sink", 0),
        ] {
            let task = Task::new(operation, scale.large, 1)
                .https(https)
                .offset(offset);
            let name = format!("{verb} {}", scheme(https));
            rows.push(interleaved(bench, &name, &task, scale.rounds));
        }
    }
    std::fs::remove_file(&bench.file).unwrap();
    rows
}

fn threads(bench: &Bench<'_>, scale: Scale) -> Vec<Row> {
    let mut rows = Vec::new();
    for (operation, verb) in [(Operation::Put, "put"), (Operation::Get, "get")] {
        for threads in [1, 2, 4, 16] {
            let task = Task::new(operation, KIB, scale.small).threads(threads);
            let name = format!("{verb} 1 KiB http, threads: {threads}");
            rows.push(interleaved(bench, &name, &task, scale.rounds));
        }
    }
    rows
}

fn counts(bench: &Bench<'_>) -> Vec<Counted> {
    let mut rows = Vec::new();
    for https in [false, true] {
        for (operation, verb) in [(Operation::Put, "put"), (Operation::Get, "get")] {
            let task = Task::new(operation, KIB, 200).https(https);
            let name = format!("{verb} 1 KiB {}", scheme(https));
            let curl = Some(bench.count(Client::Curl, &task));
            rows.push(Counted::new(&name, bench.count(Client::Ours, &task), curl));
            if !https {
                let name = format!("{name}, log, progress, timeout, user header");
                let ours = bench.count(Client::Ours, &task.all_on());
                rows.push(Counted::new(&name, ours, None));
            }
        }
    }
    rows
}

/// The file that is uploaded.
fn write_body(path: &PathBuf, size: usize) {
    use std::io::Write;
    let mut file = std::fs::File::create(path).unwrap();
    let piece = vec![b'x'; MIB];
    for _ in 0..size / MIB {
        file.write_all(&piece).unwrap();
    }
}
