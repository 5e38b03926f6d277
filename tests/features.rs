//! Every part of the library can be left out, with every other: for each two features there is a build with both, with either
//! and with none, as far as one does not need the other, and no build has a warning.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use support::package::words;
use support::{root, tool};

type Features = BTreeSet<String>;

fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// The features of Cargo.toml, each with those that it needs; without `capi`, which is a mark for cargo-c and no part.
fn features() -> BTreeMap<String, Features> {
    let mut arguments = words(&[
        "metadata",
        "--no-deps",
        "--format-version=1",
        "--manifest-path",
    ]);
    arguments.push(root().join("Cargo.toml").into());
    let metadata: Value = serde_json::from_str(&tool(&cargo(), "cargo", &arguments)).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages
        .find(|package| package["name"] == "alioss")
        .unwrap();
    let features = package["features"].as_object().unwrap();
    let names = |list: &Value| -> Features {
        let list = list.as_array().unwrap().iter();
        let names = list.map(|name| name.as_str().unwrap().to_owned());
        names.filter(|name| features.contains_key(name)).collect()
    };
    let all = features
        .iter()
        .map(|(name, needs)| (name.clone(), names(needs)));
    all.filter(|(name, _)| !["default", "capi"].contains(&name.as_str()))
        .collect()
}

/// `chosen` with all that they need.
fn complete(mut chosen: Features, features: &BTreeMap<String, Features>) -> Features {
    loop {
        let needed: Features = chosen
            .iter()
            .flat_map(|name| features[name].clone())
            .collect();
        if needed.is_subset(&chosen) {
            return chosen;
        }
        chosen.extend(needed);
    }
}

/// Whether each two features are there, of a build.
fn pairs<'f>(
    build: &Features,
    names: &[&'f String],
) -> BTreeSet<(&'f String, bool, &'f String, bool)> {
    let has = |name: &String| build.contains(name);
    let with_others = |(index, a): (usize, &&'f String)| {
        let (a, others) = (*a, names[index + 1..].iter());
        others.map(|b| (a, has(a), *b, has(b))).collect::<Vec<_>>()
    };
    names.iter().enumerate().flat_map(with_others).collect()
}

/// As few builds as a greedy choice makes of it, in which all pairs are that any build has.
fn builds(features: &BTreeMap<String, Features>) -> Vec<Features> {
    let names: Vec<&String> = features.keys().collect();
    let subset = |bits: u32| {
        let chosen = names
            .iter()
            .enumerate()
            .filter(|(index, _)| bits & (1 << index) != 0);
        complete(chosen.map(|(_, name)| (*name).clone()).collect(), features)
    };
    let possible: BTreeSet<Features> = (0..1 << names.len()).map(subset).collect();
    let mut missing: BTreeSet<_> = possible
        .iter()
        .flat_map(|build| pairs(build, &names))
        .collect();
    let mut chosen = Vec::new();
    while !missing.is_empty() {
        let new = |build: &&Features| pairs(build, &names).intersection(&missing).count();
        let best = possible.iter().max_by_key(new).unwrap();
        missing = missing.difference(&pairs(best, &names)).copied().collect();
        chosen.push(best.clone());
    }
    chosen
}

#[test]
fn every_pair_of_features_builds_without_a_warning() {
    let features = features();
    assert!(features.len() >= 8, "{features:?}");
    let builds = builds(&features);
    assert!(builds.len() <= 12, "{} builds take too long", builds.len());
    for build in builds {
        let list: Vec<&str> = build.iter().map(String::as_str).collect();
        println!("{list:?}");
        let mut arguments = words(&[
            "check",
            "--lib",
            "--quiet",
            "--locked",
            "--no-default-features",
        ]);
        arguments.extend(words(&["--features", &list.join(","), "--manifest-path"]));
        arguments.push(root().join("Cargo.toml").into());
        arguments.push("--target-dir".into());
        arguments.push(
            Path::new(env!("CARGO_TARGET_TMPDIR"))
                .join("features")
                .into(),
        );
        arguments.extend(words(&["--config", "build.rustflags=[\"-Dwarnings\"]"]));
        tool(&cargo(), "cargo", &arguments);
    }
}
