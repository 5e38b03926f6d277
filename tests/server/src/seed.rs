//! `--seed DIR`: each folder of DIR becomes a bucket, each file in it an object. What is there already stays.
//! What is neither a file nor a folder, such as a pipe, is refused, because reading it may never end.

use std::fs;
use std::path::Path;

use alioss::{Bucket, Config, Options};
use oss_local::Server;

/// Returns what was left out and why.
pub fn fill(server: &Server, dir: &Path, id: &str, secret: &str) -> Result<Vec<String>, String> {
    let mut notices = Vec::new();
    let mut config = Config::new();
    config
        .endpoint(&server.endpoint())
        .region(server.region())
        .keys(id, secret, None);
    for (name, path) in entries(dir)? {
        if !path.is_dir() {
            notices.push(format!(
                "--seed: {} is left out: only folders become buckets",
                path.display()
            ));
            continue;
        }
        let failed = |error: alioss::Error| format!("--seed: {}: {error}", path.display());
        let bucket = Bucket::new(&config, &name).map_err(failed)?;
        bucket.put_bucket(&Options::new()).map_err(failed)?;
        store(&bucket, "", &path)?;
    }
    Ok(notices)
}

fn store(bucket: &Bucket, prefix: &str, dir: &Path) -> Result<(), String> {
    for (name, path) in entries(dir)? {
        let key = format!("{prefix}{name}");
        if path.is_dir() {
            store(bucket, &format!("{key}/"), &path)?;
            continue;
        }
        let failed = |error: alioss::Error| format!("--seed: {}: {error}", path.display());
        if !path.is_file() {
            return Err(format!("--seed: {} is not a file", path.display()));
        }
        if !bucket
            .object_exists(&key, &Options::new())
            .map_err(failed)?
        {
            bucket
                .put_object_file(&key, &path, &Options::new())
                .map_err(failed)?;
        }
    }
    Ok(())
}

fn entries(dir: &Path) -> Result<Vec<(String, std::path::PathBuf)>, String> {
    let failed = |error: std::io::Error| format!("--seed: {}: {error}", dir.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| format!("--seed: {}: the name {name:?} is not UTF-8", dir.display()))?;
        found.push((name, entry.path()));
    }
    found.sort();
    Ok(found)
}
