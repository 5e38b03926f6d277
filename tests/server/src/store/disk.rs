//! The directory behind a store.
//!
//! ```text
//! DIR/bodies/3f/3f…                        bytes, one file for each piece
//! DIR/buckets/NAME/bucket.json             settings
//! DIR/buckets/NAME/objects/a7/a7….json     one version: its key, headers and the names of its pieces
//! DIR/buckets/NAME/uploads/ID/upload.json  an unfinished upload, its parts beside it
//! DIR/tmp/                                 records before their rename
//! ```
//!
//! File names are random digits, numbers and bucket names that passed the naming rule. Keys stand only inside the
//! records, so no key can be too long for the file system or leave the directory. A record appears by a rename, after
//! its body is complete; bodies that no record names (a crash in between) are removed at the next start.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::body::{Body, BodyFile, Piece, body_path};
use super::uploads::{Part, Upload};
use super::version::{NULL, Version};
use super::{Bucket, Settings};
use crate::address;

#[derive(Debug)]
pub struct Disk {
    pub bodies: PathBuf,
    buckets: PathBuf,
    tmp: PathBuf,
}

/// File, offset in it, and length.
type PieceName = (String, u64, u64);

/// A record together with the names and lengths of its pieces.
#[derive(Serialize, Deserialize)]
struct Stored<T> {
    item: T,
    pieces: Vec<PieceName>,
}

impl Disk {
    /// Opens or makes the directory; also returns what it holds and the highest sequence number in it.
    pub fn open(dir: &Path) -> io::Result<(Disk, Vec<Bucket>, u64)> {
        let disk = Disk {
            bodies: dir.join("bodies"),
            buckets: dir.join("buckets"),
            tmp: dir.join("tmp"),
        };
        for path in [&disk.bodies, &disk.buckets] {
            std::fs::create_dir_all(path)?;
        }
        let _ = std::fs::remove_dir_all(&disk.tmp);
        std::fs::create_dir_all(&disk.tmp)?;

        let mut files = HashMap::new();
        let mut buckets = Vec::new();
        let mut last = 0;
        for name in names(&disk.buckets)? {
            if address::is_bucket_name(&name)
                && let Ok(settings) = read::<Settings>(&disk.bucket(&name).join("bucket.json"))
            {
                buckets.push(disk.load(settings, &mut files, &mut last)?);
            }
        }
        let known: HashSet<&String> = files.keys().collect();
        for folder in names(&disk.bodies)? {
            for name in names(&disk.bodies.join(&folder))? {
                if !known.contains(&name) {
                    let _ = std::fs::remove_file(disk.bodies.join(&folder).join(&name));
                }
            }
        }
        Ok((disk, buckets, last))
    }

    fn load(
        &self,
        settings: Settings,
        files: &mut HashMap<String, Arc<BodyFile>>,
        last: &mut u64,
    ) -> io::Result<Bucket> {
        let dir = self.bucket(&settings.name);
        let bucket = Bucket::new(settings);
        let mut state = bucket.lock();
        for folder in names(&dir.join("objects"))? {
            for name in names(&dir.join("objects").join(&folder))? {
                let path = dir.join("objects").join(&folder).join(&name);
                let Ok(Stored {
                    item: mut version,
                    pieces,
                }) = read::<Stored<Version>>(&path)
                else {
                    continue;
                };
                version.body = self.body(&pieces, files);
                *last = version.revision.max(*last);
                state
                    .objects
                    .entry(version.key.clone())
                    .or_default()
                    .push(Arc::new(version));
            }
        }
        for versions in state.objects.values_mut() {
            versions.sort_by_key(|version| std::cmp::Reverse((version.sequence, version.revision)));
            // A crash between storing a record and removing the one it replaces leaves both.
            let mut seen = HashSet::new();
            versions.retain(|version| {
                let stays = seen.insert(version.id.clone());
                if !stays {
                    self.remove_version(&bucket.name, &version.record);
                }
                stays
            });
            versions.iter().for_each(|version| version.body.keep());
        }
        for id in names(&dir.join("uploads"))? {
            let folder = dir.join("uploads").join(&id);
            let Ok(mut upload) = read::<Upload>(&folder.join("upload.json")) else {
                continue;
            };
            let mut parts = BTreeMap::new();
            for name in names(&folder)? {
                if let Ok(Stored {
                    item: mut part,
                    pieces,
                }) = read::<Stored<Part>>(&folder.join(&name))
                {
                    part.body = self.body(&pieces, files);
                    part.body.keep();
                    parts.insert(part.number, part);
                }
            }
            upload.parts = parts;
            state
                .uploads
                .insert((upload.template.key.clone(), upload.id.clone()), upload);
        }
        drop(state);
        Ok(bucket)
    }

    fn body(&self, pieces: &[PieceName], files: &mut HashMap<String, Arc<BodyFile>>) -> Body {
        let pieces = pieces.iter().map(|(name, offset, len)| {
            let file = files
                .entry(name.clone())
                .or_insert_with(|| BodyFile::at(body_path(&self.bodies, name)));
            Piece::File {
                file: Arc::clone(file),
                offset: *offset,
                len: *len,
            }
        });
        Body(Arc::new(pieces.collect()))
    }

    fn bucket(&self, name: &str) -> PathBuf {
        self.buckets.join(name)
    }

    pub fn save_settings(&self, settings: &Settings) -> io::Result<()> {
        self.write(&self.bucket(&settings.name).join("bucket.json"), settings)
    }

    pub fn remove_bucket(&self, name: &str) -> io::Result<()> {
        std::fs::remove_dir_all(self.bucket(name))
    }

    fn version_path(&self, bucket: &str, record: &str) -> PathBuf {
        body_path(&self.bucket(bucket).join("objects"), record).with_extension("json")
    }

    pub fn save_version(&self, bucket: &str, version: &Version) -> io::Result<()> {
        debug_assert!(version.id == NULL || version.id.starts_with("CAEQ"));
        self.write(
            &self.version_path(bucket, &version.record),
            &Stored {
                item: version,
                pieces: pieces(&version.body),
            },
        )
    }

    pub fn remove_version(&self, bucket: &str, record: &str) {
        let _ = std::fs::remove_file(self.version_path(bucket, record));
    }

    pub fn save_upload(&self, bucket: &str, upload: &Upload) -> io::Result<()> {
        self.write(
            &self
                .bucket(bucket)
                .join("uploads")
                .join(&upload.id)
                .join("upload.json"),
            upload,
        )
    }

    pub fn save_part(&self, bucket: &str, upload: &str, part: &Part) -> io::Result<()> {
        let path = self
            .bucket(bucket)
            .join("uploads")
            .join(upload)
            .join(format!("part-{}.json", part.number));
        self.write(
            &path,
            &Stored {
                item: part,
                pieces: pieces(&part.body),
            },
        )
    }

    pub fn remove_upload(&self, bucket: &str, id: &str) {
        let _ = std::fs::remove_dir_all(self.bucket(bucket).join("uploads").join(id));
    }

    fn write(&self, path: &Path, item: &impl Serialize) -> io::Result<()> {
        let tmp = self.tmp.join(crate::random_hex(16));
        std::fs::write(&tmp, serde_json::to_vec(item)?)?;
        match std::fs::rename(&tmp, path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                std::fs::rename(&tmp, path)
            }
            result => result,
        }
    }
}

fn pieces(body: &Body) -> Vec<PieceName> {
    let name = |piece: &Piece| match piece {
        Piece::File { file, offset, len } => Some((file.name(), *offset, *len)),
        Piece::Memory(_) => None,
    };
    body.0.iter().filter_map(name).collect()
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

/// Names in a directory; one that is not there, or a stray file in its place, has none.
fn names(path: &Path) -> io::Result<Vec<String>> {
    match std::fs::read_dir(path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
        Ok(entries) => entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect(),
    }
}
