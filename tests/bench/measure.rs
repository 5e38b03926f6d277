//! One measurement: what a client's program costs, in time or in counts that are the same on every run.

use std::process::Command;

use crate::peer::Peer;
use crate::programs::{Client, Programs, succeed};

/// What a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Put,
    PutFile,
    Get,
    GetSink,
}

impl Operation {
    fn word(self) -> &'static str {
        match self {
            Operation::Put => "put",
            Operation::PutFile => "put-file",
            Operation::Get => "get",
            Operation::GetSink => "get-sink",
        }
    }
}

/// A workload; every client can run it.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    pub operation: Operation,
    /// Bytes of each object.
    pub size: usize,
    pub https: bool,
    /// Operations of all threads together.
    pub count: usize,
    pub threads: usize,
    /// With log, progress, timeout and a header of the user's.
    pub all_on: bool,
    /// How many bytes after a page the buffers begin.
    pub offset: usize,
}

impl Task {
    /// One thread, http, nothing special.
    pub fn new(operation: Operation, size: usize, count: usize) -> Task {
        Task {
            operation,
            size,
            https: false,
            count,
            threads: 1,
            all_on: false,
            offset: 0,
        }
    }

    pub fn https(self, https: bool) -> Task {
        Task { https, ..self }
    }

    pub fn threads(self, threads: usize) -> Task {
        Task { threads, ..self }
    }

    pub fn offset(self, offset: usize) -> Task {
        Task { offset, ..self }
    }

    pub fn all_on(self) -> Task {
        Task {
            all_on: true,
            ..self
        }
    }
}

/// What one run of a task cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// User and system time of all threads, microseconds.
    pub cpu: f64,
    /// Microseconds.
    pub wall: f64,
    /// Most memory that was resident, KiB.
    pub peak: u64,
    /// What was asked of the allocator, if the program counts that.
    pub allocations: u64,
}

/// Counts of one operation; the same on every run but for what the network splits differently.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub instructions: f64,
    pub allocations: f64,
    pub syscalls: f64,
}

/// Where the programs are and whom they talk to.
pub struct Bench<'a> {
    pub programs: &'a Programs,
    pub peer: &'a Peer,
    /// The file that PUT-from-file sends; as long as those tasks say.
    pub file: std::path::PathBuf,
}

impl Bench<'_> {
    /// Runs `task` once.
    pub fn run(&self, client: Client, task: &Task) -> Cost {
        self.run_program(client, task, false)
    }

    /// Instructions and system calls under valgrind, allocations without.
    pub fn count(&self, client: Client, task: &Task) -> Counts {
        let (instructions, syscalls) = self.run_valgrind(client, task);
        let allocations = self.run_program(client, task, true).allocations;
        let count = task.count as f64;
        Counts {
            instructions: instructions / count,
            allocations: allocations as f64 / count,
            syscalls: syscalls as f64 / count,
        }
    }

    fn run_program(&self, client: Client, task: &Task, counts_allocations: bool) -> Cost {
        let mut command = Command::new(self.programs.path(client, counts_allocations));
        self.give_task(&mut command, task);
        let (said, _) = succeed(&mut command, "a client has to complete its operations");
        let mut numbers = said.split_whitespace().map(|word| word.parse::<f64>());
        let mut next = || numbers.next().expect("four numbers").expect("a number");
        Cost {
            cpu: next(),
            wall: next(),
            peak: next() as u64,
            allocations: next() as u64,
        }
    }

    fn run_valgrind(&self, client: Client, task: &Task) -> (f64, usize) {
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .args(["--toggle-collect=measured", "--trace-syscalls=yes"])
            .arg(self.programs.path(client, false));
        self.give_task(&mut command, task);
        let (_, errors) = succeed(&mut command, "install the package valgrind");
        let collected = errors
            .lines()
            .find_map(|line| line.split_once("Collected :"))
            .and_then(|(_, number)| number.trim().parse().ok())
            .expect("callgrind says how many instructions it saw");
        (collected, count_syscalls(&errors))
    }

    fn give_task(&self, command: &mut Command, task: &Task) {
        command
            .arg(task.operation.word())
            .args([task.size, task.count, task.threads].map(|number| number.to_string()))
            .env_clear()
            .env("BENCH_URL", self.peer.url(task.https))
            .env("BENCH_FILE", &self.file)
            .env("BENCH_OFFSET", task.offset.to_string());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if task.https {
            command.env("BENCH_CA", self.peer.ca_file());
        }
        if task.all_on {
            command.env("BENCH_ALL_ON", "1");
        }
    }
}

/// The system calls between the two marks that the programs set. Reading the clock is left out: valgrind makes system calls
/// of it, which it is not outside.
fn count_syscalls(trace: &str) -> usize {
    let calls = trace
        .lines()
        .filter(|line| line.starts_with("SYSCALL["))
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|name| *name != "...");
    let between: Vec<&str> = calls
        .skip_while(|name| *name != "sys_getppid")
        .skip(1)
        .take_while(|name| *name != "sys_getppid")
        .collect();
    let is_clock = |name: &str| name.contains("clock_gettime") || name.contains("gettimeofday");
    between.iter().filter(|name| !is_clock(name)).count()
}
