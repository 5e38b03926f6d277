//! What was measured, and its form as Markdown.

use std::fmt;

use crate::measure::{Cost, Counts, Task};
use crate::programs::Client;

/// In the order of the columns.
const CLIENTS: [Client; 4] = [Client::Ours, Client::Curl, Client::Sdk, Client::Floor];

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// All results; parts that were not asked for are empty.
pub struct Report {
    pub library_size: u64,
    /// libcurl with the libraries that it needs, without the C library's.
    pub curl_size: u64,
    /// The same of the official C SDK.
    pub sdk_size: Option<u64>,
    pub small: Vec<Row>,
    pub large: Vec<Row>,
    pub threads: Vec<Row>,
    pub counts: Vec<Counted>,
}

/// One task, run by several clients.
pub struct Row {
    pub name: String,
    task: Task,
    costs: Vec<(Client, Cost)>,
}

/// What one operation needs, counted.
pub struct Counted {
    name: String,
    ours: Counts,
    curl: Option<Counts>,
}

impl Counted {
    pub fn new(name: &str, ours: Counts, curl: Option<Counts>) -> Counted {
        Counted {
            name: name.to_owned(),
            ours,
            curl,
        }
    }
}

impl Row {
    pub fn new(name: &str, task: Task) -> Row {
        Row {
            name: name.to_owned(),
            task,
            costs: Vec::new(),
        }
    }

    pub fn add(&mut self, client: Client, cost: Cost) {
        self.costs.push((client, cost));
    }

    /// `of` for every run of `client`, least first.
    fn sorted(&self, client: Client, of: impl Fn(&Cost) -> f64) -> Vec<f64> {
        let runs = self.costs.iter().filter(|(whose, _)| *whose == client);
        let mut values: Vec<f64> = runs.map(|(_, cost)| of(cost)).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    /// Least and median CPU time of one operation, microseconds.
    pub fn cpu_per_operation(&self, client: Client) -> Option<(f64, f64)> {
        let count = self.task.count as f64;
        least_and_median(&self.sorted(client, |cost| cost.cpu / count))
    }

    /// Least and median CPU time of one GiB, seconds.
    pub fn cpu_per_gib(&self, client: Client) -> Option<(f64, f64)> {
        let gib = (self.task.count * self.task.size) as f64 / GIB;
        least_and_median(&self.sorted(client, |cost| cost.cpu / 1e6 / gib))
    }

    /// Operations in a second, in the best round.
    fn rate(&self, client: Client) -> Option<f64> {
        let walls = self.sorted(client, |cost| cost.wall);
        Some(self.task.count as f64 / (walls.first()? / 1e6))
    }

    /// Most memory of any round, MiB.
    pub fn peak_mib(&self, client: Client) -> Option<f64> {
        let peaks = self.sorted(client, |cost| cost.peak as f64 / 1024.0);
        peaks.last().copied()
    }
}

fn least_and_median(sorted: &[f64]) -> Option<(f64, f64)> {
    Some((*sorted.first()?, *sorted.get(sorted.len() / 2)?))
}

impl Report {
    pub fn new(library_size: u64, curl_size: u64, sdk_size: Option<u64>) -> Report {
        Report {
            library_size,
            curl_size,
            sdk_size,
            small: Vec::new(),
            large: Vec::new(),
            threads: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// The row of that name among the large ones.
    pub fn large_row(&self, name: &str) -> Option<&Row> {
        self.large.iter().find(|row| row.name == name)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Speed\n")?;
        writeln!(
            f,
            "`cargo bench` wrote this. alioss and the official C SDK sign (V4) and compute CRC-64; libcurl and the bare socket do neither. Least of \
             all rounds, the median in parentheses; the ratio is of the least ones.\n"
        )?;
        write_small(f, &self.small)?;
        write_large(f, &self.large)?;
        write_threads(f, &self.threads)?;
        write_counts(f, &self.counts)?;
        writeln!(f, "## Size\n")?;
        writeln!(f, "libalioss.so: {} bytes, stripped.", self.library_size)?;
        writeln!(
            f,
            "libcurl with the libraries it needs, without the C library: {} bytes.",
            self.curl_size
        )?;
        match self.sdk_size {
            Some(size) => writeln!(f, "The official C SDK, likewise: {size} bytes."),
            None => Ok(()),
        }
    }
}

/// The header of a table, with its title.
fn write_header(f: &mut fmt::Formatter<'_>, title: &str, columns: &[&str]) -> fmt::Result {
    writeln!(f, "## {title}\n")?;
    writeln!(f, "| | {} |", columns.join(" | "))?;
    writeln!(f, "|---|{}", "---|".repeat(columns.len()))
}

fn pair(values: Option<(f64, f64)>, digits: usize) -> String {
    match values {
        Some((least, median)) => format!("{least:.digits$} ({median:.digits$})"),
        None => String::new(),
    }
}

fn ratio(ours: Option<(f64, f64)>, theirs: Option<(f64, f64)>) -> String {
    match (ours, theirs) {
        (Some((ours, _)), Some((theirs, _))) => format!("{:.2}", ours / theirs),
        _ => String::new(),
    }
}

fn whole(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{value:.0}"))
}

fn write_small(f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    write_header(
        f,
        "Small objects, 2 threads: CPU in us per operation, operations per second",
        &[
            "alioss",
            "libcurl",
            "official C SDK",
            "bare socket",
            "alioss / libcurl",
            "alioss / C SDK",
            "alioss/s",
            "libcurl/s",
        ],
    )?;
    for row in rows {
        let [ours, curl, sdk, floor] = CLIENTS.map(|client| row.cpu_per_operation(client));
        writeln!(
            f,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.name,
            pair(ours, 1),
            pair(curl, 1),
            pair(sdk, 1),
            pair(floor, 1),
            ratio(ours, curl),
            ratio(ours, sdk),
            whole(row.rate(Client::Ours)),
            whole(row.rate(Client::Curl)),
        )?;
    }
    writeln!(f)
}

fn write_large(f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    write_header(
        f,
        "Large objects, 1 thread: CPU in s per GiB, most memory in MiB",
        &[
            "alioss",
            "libcurl",
            "official C SDK",
            "bare socket",
            "alioss / libcurl",
            "alioss / C SDK",
            "alioss MiB",
            "libcurl MiB",
            "C SDK MiB",
        ],
    )?;
    for row in rows {
        let [ours, curl, sdk, floor] = CLIENTS.map(|client| row.cpu_per_gib(client));
        let peak = |client| {
            row.peak_mib(client)
                .map_or(String::new(), |peak| format!("{peak:.1}"))
        };
        writeln!(
            f,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.name,
            pair(ours, 3),
            pair(curl, 3),
            pair(sdk, 3),
            pair(floor, 3),
            ratio(ours, curl),
            ratio(ours, sdk),
            peak(Client::Ours),
            peak(Client::Curl),
            peak(Client::Sdk),
        )?;
    }
    writeln!(f)
}

fn write_threads(f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    write_header(
        f,
        "Threads: operations per second, best round",
        &["alioss", "libcurl", "official C SDK", "bare socket"],
    )?;
    for row in rows {
        writeln!(
            f,
            "| {} | {} | {} | {} | {} |",
            row.name,
            whole(row.rate(Client::Ours)),
            whole(row.rate(Client::Curl)),
            whole(row.rate(Client::Sdk)),
            whole(row.rate(Client::Floor)),
        )?;
    }
    writeln!(f)
}

fn write_counts(f: &mut fmt::Formatter<'_>, rows: &[Counted]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    write_header(
        f,
        "Counts per operation",
        &[
            "instructions",
            "libcurl",
            "allocations",
            "libcurl",
            "system calls",
            "libcurl",
        ],
    )?;
    for row in rows {
        let of_curl = |of: fn(&Counts) -> f64| {
            row.curl
                .as_ref()
                .map_or(String::new(), |counts| format!("{:.1}", of(counts)))
        };
        writeln!(
            f,
            "| {} | {:.0} | {} | {:.1} | {} | {:.1} | {} |",
            row.name,
            row.ours.instructions,
            of_curl(|counts| counts.instructions.round()).trim_end_matches(".0"),
            row.ours.allocations,
            of_curl(|counts| counts.allocations),
            row.ours.syscalls,
            of_curl(|counts| counts.syscalls),
        )?;
    }
    writeln!(f)
}
