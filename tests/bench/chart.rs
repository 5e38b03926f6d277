//! The results as a picture for the README: horizontal bars in groups, less is better everywhere.

use std::fmt::Write;

use crate::programs::Client;
use crate::report::{Report, Row};

const CLIENTS: [Client; 4] = [Client::Ours, Client::Curl, Client::Sdk, Client::Floor];
const COLORS: [&str; 4] = ["#2563eb", "#f59e0b", "#ef4444", "#94a3b8"];

const BAR: f64 = 11.0;
const GAP: f64 = 9.0;
const PANEL_WIDTH: f64 = 430.0;
const LABELS: f64 = 130.0;
/// Room for the value after the longest bar.
const VALUES: f64 = 60.0;

/// Bars of one panel: a label, and a value for each client that has one.
type Groups = Vec<(String, [Option<f64>; 4])>;

/// The chart as SVG.
pub fn draw(report: &Report) -> String {
    let least = |row: &Row, of: fn(&Row, Client) -> Option<(f64, f64)>| {
        CLIENTS.map(|client| of(row, client).map(|(least, _)| least))
    };
    let small: Groups = report
        .small
        .iter()
        .map(|row| (row.name.clone(), least(row, Row::cpu_per_operation)))
        .collect();
    let large: Groups = report
        .large
        .iter()
        .map(|row| (row.name.clone(), least(row, Row::cpu_per_gib)))
        .collect();
    let streamed = [
        ("put from file http", "upload http"),
        ("get to sink http", "download http"),
        ("put from file https", "upload https"),
        ("get to sink https", "download https"),
    ];
    let memory: Groups = streamed
        .iter()
        .filter_map(|(name, label)| Some((report.large_row(name)?, label)))
        .map(|(row, label)| {
            let peaks = CLIENTS.map(|client| row.peak_mib(client));
            ((*label).to_owned(), peaks)
        })
        .collect();
    let mib = |bytes: u64| Some(bytes as f64 / 1024.0 / 1024.0);
    let sizes = [
        mib(report.library_size),
        mib(report.curl_size),
        report.sdk_size.and_then(mib),
        None,
    ];
    let size: Groups = vec![("with what it needs".to_owned(), sizes)];

    let mut panels = String::new();
    let left = panel(&mut panels, 0.0, 60.0, "CPU per operation, µs", &small, 1);
    let right = panel(&mut panels, PANEL_WIDTH, 60.0, "CPU per GiB, s", &large, 2);
    let below = left.max(right) + 14.0;
    let left = panel(
        &mut panels,
        0.0,
        below,
        "Memory while 1 GiB streams, MiB",
        &memory,
        1,
    );
    let right = panel(
        &mut panels,
        PANEL_WIDTH,
        below,
        "Size without the C library, MiB",
        &size,
        1,
    );
    frame(&panels, left.max(right))
}

/// The whole picture around its panels: background, title and legend.
fn frame(panels: &str, height: f64) -> String {
    let width = 2.0 * PANEL_WIDTH;
    let mut legend = String::new();
    let mut x = 20.0;
    for (client, color) in CLIENTS.into_iter().zip(COLORS) {
        let text = match client {
            Client::Ours => "alioss: V4 signature and CRC-64",
            Client::Curl => "raw libcurl loop: neither",
            Client::Sdk => "official C SDK: both",
            Client::Floor => "bare socket, canned bytes",
        };
        let _ = write!(
            legend,
            r#"<rect x="{x}" y="28" width="11" height="11" fill="{color}"/><text x="{}" y="38">{text}</text>"#,
            x + 17.0
        );
        x += 218.0;
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" fill="#334155">
<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>
<text x="20" y="19" font-weight="bold">Less is better</text>
{legend}
{panels}</svg>
"##
    )
}

/// Draws one panel with its corner at (`x`, `y`); where it ends below.
fn panel(out: &mut String, x: f64, y: f64, title: &str, groups: &Groups, digits: usize) -> f64 {
    let longest = groups
        .iter()
        .flat_map(|(_, values)| values.iter().flatten())
        .fold(f64::MIN_POSITIVE, |longest, &value| longest.max(value));
    let scale = (PANEL_WIDTH - LABELS - VALUES) / longest;
    let _ = writeln!(
        out,
        r#"<text x="{}" y="{}" font-weight="bold">{title}</text>"#,
        x + 20.0,
        y + 12.0
    );
    let mut y = y + 22.0;
    let bars_at = x + LABELS;
    for (label, values) in groups {
        let height = BAR * values.iter().flatten().count() as f64;
        let _ = writeln!(
            out,
            r#"<text x="{}" y="{:.1}" text-anchor="end">{label}</text>"#,
            bars_at - 6.0,
            y + height / 2.0 + 4.0
        );
        for (value, color) in values.iter().zip(COLORS) {
            let Some(value) = value else { continue };
            let length = value * scale;
            let _ = writeln!(
                out,
                r#"<rect x="{bars_at}" y="{y:.1}" width="{length:.1}" height="{}" fill="{color}"/><text x="{:.1}" y="{:.1}" font-size="10">{value:.digits$}</text>"#,
                BAR - 1.0,
                bars_at + length + 4.0,
                y + 9.0
            );
            y += BAR;
        }
        y += GAP;
    }
    y
}
