//! Processes that are killed at any moment: no target is torn, and work that was done is not done again.
//!
//! Each round kills a transfer again and again, at random moments and each time a little later, until it ends. All bytes that
//! went over the wire are counted: what three workers had under way at a kill may go twice, and nothing else.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use alioss::{DirectoryTransfer, OutcomeKind};

use super::*;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Up,
    Down,
    Copy,
    Writer,
    DirectoryUp,
    DirectoryDown,
}

impl Way {
    /// The test that tries it.
    fn test(self) -> &'static str {
        match self {
            Way::Up => "kills::killed_uploads_go_on",
            Way::Down => "kills::killed_downloads_go_on_and_tear_no_file",
            Way::Copy => "kills::killed_copies_go_on",
            Way::Writer => "kills::killed_writers_tear_no_object",
            Way::DirectoryUp => "kills::killed_uploads_of_directories_go_on",
            Way::DirectoryDown => "kills::killed_downloads_of_directories_go_on_and_tear_no_file",
        }
    }

    fn is_directory(self) -> bool {
        matches!(self, Way::DirectoryUp | Way::DirectoryDown)
    }

    /// Whether an object is the result, and not a file.
    fn goes_up(self) -> bool {
        !matches!(self, Way::Down | Way::DirectoryDown)
    }
}

const WORKERS: u64 = 3;
const MIB: u64 = 1 << 20;

/// How often each way is tried: 20 times, or as often as `ALIOSS_ROUNDS` says.
fn rounds() -> u64 {
    let rounds = std::env::var("ALIOSS_ROUNDS");
    rounds.map_or(20, |rounds| {
        rounds.parse().expect("ALIOSS_ROUNDS is a number")
    })
}

/// How many bytes are moved in a round: 0 to 24 MiB, and every hundredth time 300 MiB.
fn size_of(round: u64) -> u64 {
    let usual = [
        0,
        1,
        PART - 1,
        PART,
        PART + 1,
        3 * PART,
        30 * PART + 5,
        7 * PART + 1,
        12 * PART - 1,
        30 * PART,
    ];
    match round % 100 {
        99 => 300 * MIB,
        19 | 39 | 59 | 79 => 24 * MIB,
        other => usual[other as usize % usual.len()],
    }
}

fn part_of(size: u64) -> u64 {
    match size / MIB {
        0..=15 => PART,
        16..=99 => MIB,
        _ => 8 * MIB,
    }
}

/// Bytes that are quickly made; no part of them is like another one.
fn bytes(size: u64) -> Vec<u8> {
    let block = content((MIB as usize + 13).min(size as usize));
    let all = block.iter().copied().cycle();
    match size {
        0 => Vec::new(),
        // Copied block by block; byte by byte takes long without optimization.
        _ if size > MIB => {
            let mut all = block.repeat((size as usize).div_ceil(block.len()));
            all.truncate(size as usize);
            all
        }
        _ => all.take(size as usize).collect(),
    }
}

/// A number below `end` that depends on nothing but the arguments.
fn random(seed: u64, end: u64) -> u64 {
    let mut x = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (x ^ (x >> 27)) % end
}

/// A way in a round.
struct Trial {
    way: Way,
    round: u64,
    server: Server,
    bucket: Bucket,
    folder: PathBuf,
    /// Names below the directory, with their contents; one that is called `a` if it is no directory.
    files: Vec<(String, Vec<u8>)>,
    kills: u64,
}

impl Trial {
    /// As it is before the transfer.
    fn new(way: Way, round: u64) -> Trial {
        let server = server();
        let size = size_of(round);
        let mut files = Vec::new();
        if way.is_directory() {
            let small = |number: u64| (format!("d{}/{number:02}", number % 3), bytes(number * 10));
            files.extend((0..30).map(small));
            files.push(("d1/large".to_owned(), bytes(size)));
        } else {
            files.push(("a".to_owned(), bytes(size)));
        }
        files.sort();
        let trial = Trial {
            way,
            round,
            bucket: bucket(&server),
            server,
            folder: scratch(&format!("killed-{way:?}")),
            files,
            kills: 0,
        };
        trial.prepare();
        trial.server.clear_requests();
        let delay = |operation| Rule::new(Action::Delay { ms: 5 }).operation(operation);
        for operation in ["UploadPart", "UploadPartCopy", "GetObject", "PutObject"] {
            trial.server.inject(delay(operation).times(1_000_000));
        }
        trial
    }

    fn prepare(&self) {
        let put = |key: &str, content: &[u8]| {
            self.bucket
                .put_object(key, content, &Options::new())
                .unwrap();
        };
        for folder in ["tree", "records"] {
            fs::create_dir(self.folder.join(folder)).unwrap();
        }
        let write = |name: &str, content: &[u8]| {
            let path = self.folder.join("tree").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        for (name, content) in &self.files {
            match self.way {
                Way::Up | Way::DirectoryUp => write(name, content),
                Way::Down | Way::DirectoryDown => put(&format!("p/{name}"), content),
                Way::Copy => put("from", content),
                Way::Writer => {}
            }
        }
        // What is to be replaced, or deleted.
        let old = if self.way.is_directory() { "old" } else { "a" };
        match self.way.goes_up() {
            true => put(&format!("p/{old}"), b"old"),
            false => write(old, b"old"),
        }
    }

    /// Runs the transfer in a process of its own that is killed at some moment; whether it ended well before.
    fn run_and_kill(&self) -> bool {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", self.way.test()])
            .env("ALIOSS_TEST_ENDPOINT", self.server.endpoint())
            .env("ALIOSS_TEST_FOLDER", &self.folder)
            .env("ALIOSS_TEST_SIZE", size_of(self.round).to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // A stream begins anew each time, so it has to be left alone for longer and longer.
        let span = (60 + size_of(self.round) / MIB * 8) * (1 + self.kills / 2);
        let after = 5 + random(self.round * 1000 + self.kills, span);
        let end = Instant::now() + Duration::from_millis(after);
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "the transfer failed");
                return true;
            }
            if Instant::now() >= end {
                child.kill().unwrap();
                child.wait().unwrap();
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Names and contents below the directory, without what is not finished.
    fn found_here(&self) -> Vec<(String, Vec<u8>)> {
        let tree = self.folder.join("tree");
        let mut found = Vec::new();
        for directory in ["", "d0", "d1", "d2"] {
            let path = tree.join(directory);
            for name in if path.is_dir() { names(&path) } else { vec![] } {
                let file = path.join(&name);
                if file.is_file() && !name.starts_with('.') {
                    let name = format!("{directory}/{name}");
                    let name = name.trim_start_matches('/').to_owned();
                    found.push((name, fs::read(file).unwrap()));
                }
            }
        }
        found
    }

    /// After a kill, everything is as it was, or as it is to be.
    fn check_nothing_is_torn(&self) {
        let context = format!("{:?}, round {}, {} kills", self.way, self.round, self.kills);
        assert!(self.kills < 1000, "{context}: it never ends");
        let is_good = |name: &str, there: &[u8]| {
            let mut files = self.files.iter();
            there == b"old" || files.any(|(other, content)| other == name && content == there)
        };
        for (name, there) in self.found_here() {
            assert!(is_good(&name, &there), "{context}: {name} is torn");
        }
        if !self.way.goes_up() || size_of(self.round) > 100 * MIB {
            return;
        }
        for (name, _) in &self.files {
            let key = format!("p/{name}");
            if self.bucket.object_exists(&key, &Options::new()).unwrap() {
                let there = stored(&self.bucket, &key);
                assert!(is_good(name, &there), "{context}: {key} is torn");
            }
        }
    }

    /// Whether it was done when it was killed: the next run would begin another transfer.
    fn is_done(&self) -> bool {
        if self.way.is_directory() || !self.is_clean() {
            return false;
        }
        let (name, content) = &self.files[0];
        if !self.way.goes_up() {
            return fs::read(self.folder.join("tree").join(name)).unwrap() == *content;
        }
        let head = self
            .bucket
            .head_object(&format!("p/{name}"), &Options::new())
            .unwrap();
        head.content_length() == Some(content.len() as u64)
            && stored(&self.bucket, &format!("p/{name}")) == *content
    }

    /// Whether no record and no unfinished file is there.
    fn is_clean(&self) -> bool {
        let clean = |path: &Path| names(path).iter().all(|name| !name.starts_with('.'));
        let tree = self.folder.join("tree");
        ["", "d0", "d1", "d2"]
            .iter()
            .map(|name| tree.join(name))
            .filter(|path| path.is_dir())
            .all(|path| clean(&path))
            && clean(&self.folder.join("records"))
    }

    /// Bytes of content that went over the wire; of downloads those that were asked for.
    fn bytes_on_the_wire(&self) -> u64 {
        let whole = |target: &str| {
            let path = target.split('?').next().unwrap_or_default();
            let mut files = self.files.iter();
            let file = files.find(|(name, _)| path.ends_with(&format!("/p/{name}")));
            file.map_or(size_of(self.round), |(_, content)| content.len() as u64)
        };
        let requests = self.server.requests();
        let bytes = requests.iter().map(|request| {
            let range = |header: &str| {
                let mut headers = request.headers.iter();
                let value = &headers.find(|(name, _)| name == header)?.1;
                let (first, last) = value.strip_prefix("bytes=")?.split_once('-')?;
                Some(last.parse::<u64>().ok()? + 1 - first.parse::<u64>().ok()?)
            };
            match request.operation.as_str() {
                "PutObject" | "UploadPart" => request.body_bytes_received,
                "GetObject" => range("range").unwrap_or_else(|| whole(&request.target)),
                "UploadPartCopy" => range("x-oss-copy-source-range").unwrap(),
                "CopyObject" => size_of(self.round),
                _ => 0,
            }
        });
        bytes.sum()
    }

    /// Kills it until it ends; how many bytes went twice for each kill, at most.
    fn run(mut self) -> u64 {
        let mut checking = 0;
        while !self.run_and_kill() {
            self.kills += 1;
            let before = self.bytes_on_the_wire();
            self.check_nothing_is_torn();
            let is_done = self.is_done();
            checking += self.bytes_on_the_wire() - before;
            if is_done {
                break;
            }
        }
        let context = format!("{:?}, round {}, {} kills", self.way, self.round, self.kills);
        let moved = self.bytes_on_the_wire() - checking;
        assert!(self.is_clean(), "{context}: something is left");
        for (name, content) in &self.files {
            if self.way.goes_up() {
                let there = stored(&self.bucket, &format!("p/{name}"));
                assert!(there == *content, "{context}: {name}");
            }
        }
        if !self.way.goes_up() {
            assert!(self.found_here() == self.files, "{context}");
        }
        // Killed between the answer that names an upload and writing that down, nobody knows of it any more; nor of the
        // uploads of a stream. They are found by their age.
        assert!(uploads(&self.bucket) as u64 <= self.kills, "{context}");
        self.bucket
            .abort_uploads_before("", Duration::ZERO, &Options::new())
            .unwrap();
        assert_eq!(uploads(&self.bucket), 0, "{context}");
        let size: u64 = self.files.iter().map(|(_, file)| file.len() as u64).sum();
        let twice = moved.saturating_sub(size).div_ceil(self.kills.max(1));
        // A stream cannot go on: it is sent from its beginning.
        let most = match self.way {
            Way::Writer => size,
            _ => WORKERS * part_of(size_of(self.round)),
        };
        assert!(
            twice <= most,
            "{context}: {moved} of {size} bytes were moved"
        );
        twice
    }
}

/// The transfer of a process that is to be killed.
fn be_killed(way: Way) {
    let variable = |name| std::env::var(name).unwrap();
    let folder = PathBuf::from(variable("ALIOSS_TEST_FOLDER"));
    let size = variable("ALIOSS_TEST_SIZE").parse().unwrap();
    let config = support::config(&variable("ALIOSS_TEST_ENDPOINT"));
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let transfer = Transfer::new().part_size(part_of(size));
    let transfer = transfer.workers(WORKERS as usize);
    let (options, tree) = (Options::new(), folder.join("tree"));
    let directory = DirectoryTransfer::new().transfer(transfer.clone()).delete();
    match way {
        Way::Up => drop(
            bucket
                .upload_file("p/a", tree.join("a"), &transfer, &options)
                .unwrap(),
        ),
        Way::Down => drop(
            bucket
                .download_file("p/a", tree.join("a"), &transfer, &options)
                .unwrap(),
        ),
        Way::Copy => {
            let transfer = transfer.record_directory(folder.join("records"));
            drop(
                bucket
                    .copy_large_object("p/a", "from", &transfer, &options)
                    .unwrap(),
            );
        }
        Way::Writer => {
            let mut writer = bucket.writer("p/a", &transfer, &options).unwrap();
            writer.write_all(&bytes(size)).unwrap();
            writer.finish().unwrap();
        }
        Way::DirectoryUp | Way::DirectoryDown => {
            let report = match way {
                Way::DirectoryUp => bucket.upload_directory("p", tree, &directory, &options),
                _ => bucket.download_directory("p", tree, &directory, &options),
            };
            assert_eq!(report.unwrap().count(OutcomeKind::Failed).files, 0);
        }
    }
}

/// All rounds of a way, in the process that kills; the transfer itself, in the one that is killed.
fn try_all(way: Way) {
    if std::env::var_os("ALIOSS_TEST_FOLDER").is_some() {
        return be_killed(way);
    }
    let mut most = 0;
    for round in 0..rounds() {
        most = most.max(Trial::new(way, round).run());
    }
    println!(
        "{way:?}: {} rounds, at most {most} bytes twice for a kill",
        rounds()
    );
}

#[test]
fn killed_uploads_go_on() {
    try_all(Way::Up);
}

#[test]
fn killed_downloads_go_on_and_tear_no_file() {
    try_all(Way::Down);
}

#[test]
fn killed_copies_go_on() {
    try_all(Way::Copy);
}

#[test]
fn killed_writers_tear_no_object() {
    try_all(Way::Writer);
}

#[test]
fn killed_uploads_of_directories_go_on() {
    try_all(Way::DirectoryUp);
}

#[test]
fn killed_downloads_of_directories_go_on_and_tear_no_file() {
    try_all(Way::DirectoryDown);
}
