//! The directory behind a store.
//!
//! ```text
//! DIR/oss-local.json                       the mark and the lock
//! DIR/bodies/3f/3f…                        bytes, one file for each piece
//! DIR/buckets/NAME/bucket.json             settings
//! DIR/buckets/NAME/objects/a7/a7….json     one version: its key, headers and the names of its pieces
//! DIR/buckets/NAME/uploads/ID/upload.json  an unfinished upload, its parts beside it
//! DIR/tmp/                                 what is being written, before its rename
//! DIR/set-aside/                           what an earlier start did not understand
//! ```
//!
//! File names are random digits, numbers and bucket names that passed the naming rule. Keys stand only inside the
//! records, so no key can be too long for the file system or leave the directory. Bodies and records are written in
//! `tmp` and appear by a rename, a record after its bodies. So what a crash leaves in `tmp` is incomplete and can go;
//! anything else that is not understood is set aside.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::body::{Body, BodyFile, Piece, body_path};
use super::directory::Directory;
use super::uploads::{Part, Upload};
use super::version::{NULL, Version};
use super::{Bucket, Settings};
use crate::address;

#[derive(Debug)]
pub struct Disk {
    pub bodies: PathBuf,
    buckets: PathBuf,
    pub tmp: PathBuf,
    /// Locked as long as this lives.
    _directory: Directory,
}

/// File, offset in it, and length.
type PieceName = (String, u64, u64);

/// A record together with the names and lengths of its pieces.
#[derive(Serialize, Deserialize)]
struct Stored<T> {
    item: T,
    pieces: Vec<PieceName>,
}

const NOT_A_FOLDER: &str = "it is where a folder should be";

/// What a start finds, while it looks.
struct Loading<'d> {
    directory: &'d mut Directory,
    files: HashMap<String, Arc<BodyFile>>,
    /// The highest sequence number so far.
    last: u64,
}

impl Disk {
    /// Reads the directory; also returns what it holds and the highest sequence number in it.
    pub fn open(mut directory: Directory) -> io::Result<(Disk, Vec<Bucket>, u64, Vec<String>)> {
        let dir = directory.path().to_owned();
        let (bodies, buckets) = (dir.join("bodies"), dir.join("buckets"));
        let tmp = dir.join("tmp");
        for path in [&bodies, &buckets, &tmp] {
            std::fs::create_dir_all(path).map_err(|error| named(path, &error))?;
        }
        clear_tmp(&mut directory, &tmp)?;
        let mut loading = Loading {
            directory: &mut directory,
            files: HashMap::new(),
            last: 0,
        };
        let mut loaded = Vec::new();
        for (name, path) in entries(&buckets)? {
            if !address::is_bucket_name(&name) {
                continue;
            }
            match read::<Settings>(&path.join("bucket.json")) {
                Ok(settings) if settings.name == name => {
                    let bucket = load(&bodies, &path, settings, &mut loading)?;
                    loaded.push(bucket);
                }
                Ok(settings) => {
                    let why = format!("its bucket.json is that of {}", settings.name);
                    loading.directory.set_aside(&path, &why)?;
                }
                Err(error) => {
                    let why = format!("its bucket.json cannot be read ({error})");
                    loading.directory.set_aside(&path, &why)?;
                }
            }
        }
        let Loading { files, last, .. } = loading;
        check_bodies(&mut directory, &bodies, &files)?;
        let notices = directory.take_notices();
        let disk = Disk {
            bodies,
            buckets,
            tmp,
            _directory: directory,
        };
        Ok((disk, loaded, last, notices))
    }

    fn bucket(&self, name: &str) -> PathBuf {
        self.buckets.join(name)
    }

    pub fn save_settings(&self, settings: &Settings) -> io::Result<()> {
        self.write(&self.bucket(&settings.name).join("bucket.json"), settings)
    }

    pub fn remove_bucket(&self, name: &str) -> io::Result<()> {
        self.remove_folder(&self.bucket(name))
    }

    /// Takes a folder away at once, so that a crash leaves all of it or nothing.
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        let doomed = self.tmp.join(crate::random_hex(16));
        std::fs::rename(path, &doomed)?;
        std::fs::remove_dir_all(&doomed)
    }

    pub fn save_version(&self, bucket: &str, version: &Version) -> io::Result<()> {
        debug_assert!(version.id == NULL || version.id.starts_with("CAEQ"));
        self.write(
            &version_path(&self.bucket(bucket), &version.record),
            &Stored {
                item: version,
                pieces: pieces(&version.body),
            },
        )
    }

    pub fn remove_version(&self, bucket: &str, record: &str) {
        let _ = std::fs::remove_file(version_path(&self.bucket(bucket), record));
    }

    pub fn save_upload(&self, bucket: &str, upload: &Upload) -> io::Result<()> {
        self.write(&self.upload(bucket, &upload.id).join("upload.json"), upload)
    }

    pub fn save_part(&self, bucket: &str, upload: &str, part: &Part) -> io::Result<()> {
        self.write(
            &self.upload(bucket, upload).join(part_name(part.number)),
            &Stored {
                item: part,
                pieces: pieces(&part.body),
            },
        )
    }

    pub fn remove_upload(&self, bucket: &str, id: &str) {
        let _ = self.remove_folder(&self.upload(bucket, id));
    }

    fn upload(&self, bucket: &str, id: &str) -> PathBuf {
        self.bucket(bucket).join("uploads").join(id)
    }

    fn write(&self, path: &Path, item: &impl Serialize) -> io::Result<()> {
        let tmp = self.tmp.join(crate::random_hex(16));
        let moved =
            std::fs::write(&tmp, serde_json::to_vec(item)?).and_then(|()| publish(&tmp, path));
        if moved.is_err() {
            let _ = std::fs::remove_file(&tmp);
        }
        moved
    }
}

/// Gives a finished file its name, and makes the folder for it if need be.
pub fn publish(tmp: &Path, path: &Path) -> io::Result<()> {
    match std::fs::rename(tmp, path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::rename(tmp, path)
        }
        result => result,
    }
}

fn version_path(bucket: &Path, record: &str) -> PathBuf {
    body_path(&bucket.join("objects"), record).with_extension("json")
}

fn part_name(number: u32) -> String {
    format!("part-{number}.json")
}

/// Whether this program gives such names to files.
fn is_own_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is in `tmp` under a name of ours was never finished.
fn clear_tmp(directory: &mut Directory, tmp: &Path) -> io::Result<()> {
    for (name, path) in entries(tmp)? {
        if !is_own_name(&name) {
            directory.set_aside(&path, "it is not from oss-local")?;
        } else if path.is_dir() {
            std::fs::remove_dir_all(&path).map_err(|error| named(&path, &error))?;
        } else {
            std::fs::remove_file(&path).map_err(|error| named(&path, &error))?;
        }
    }
    Ok(())
}

/// Sets bodies aside that no record names, and says which are missing.
fn check_bodies(
    directory: &mut Directory,
    bodies: &Path,
    files: &HashMap<String, Arc<BodyFile>>,
) -> io::Result<()> {
    let mut seen = HashSet::new();
    for (_, folder) in entries(bodies)? {
        if !folder.is_dir() {
            directory.set_aside(&folder, NOT_A_FOLDER)?;
        }
        for (name, path) in entries(&folder)? {
            match files.get(&name) {
                Some(file) if file.path() == path => drop(seen.insert(name)),
                _ => directory.set_aside(&path, "no record names it")?,
            }
        }
    }
    for (name, file) in files {
        if !seen.contains(name) {
            let why = "it is missing, and reading its object will fail";
            directory.notice(file.path(), why);
        }
    }
    Ok(())
}

fn load(
    bodies: &Path,
    dir: &Path,
    settings: Settings,
    loading: &mut Loading<'_>,
) -> io::Result<Bucket> {
    let bucket = Bucket::new(settings);
    {
        let mut state = bucket.lock();
        state.objects = load_objects(bodies, dir, loading)?;
        state.uploads = load_uploads(bodies, dir, loading)?;
    }
    Ok(bucket)
}

fn load_objects(
    bodies: &Path,
    dir: &Path,
    loading: &mut Loading<'_>,
) -> io::Result<BTreeMap<String, Vec<Arc<Version>>>> {
    let mut objects: BTreeMap<String, Vec<Arc<Version>>> = BTreeMap::new();
    for (_, folder) in entries(&dir.join("objects"))? {
        if !folder.is_dir() {
            loading.directory.set_aside(&folder, NOT_A_FOLDER)?;
        }
        for (_, path) in entries(&folder)? {
            let read = read::<Stored<Version>>(&path).and_then(|stored| {
                expect(
                    version_path(dir, &stored.item.record) == path,
                    "it has the name of another",
                )?;
                let mut version = stored.item;
                version.body = body(bodies, &stored.pieces, version.size, &mut loading.files)?;
                Ok(version)
            });
            match read {
                Ok(version) => {
                    loading.last = version.revision.max(loading.last);
                    let list = objects.entry(version.key.clone()).or_default();
                    list.push(Arc::new(version));
                }
                Err(error) => unreadable(loading, &path, &error)?,
            }
        }
    }
    for versions in objects.values_mut() {
        versions.sort_by_key(|version| std::cmp::Reverse((version.sequence, version.revision)));
        // A crash between storing a record and removing the one it replaces leaves both.
        let mut seen = HashSet::new();
        versions.retain(|version| {
            let stays = seen.insert(version.id.clone());
            if !stays {
                let _ = std::fs::remove_file(version_path(dir, &version.record));
            }
            stays
        });
        versions.iter().for_each(|version| version.body.keep());
    }
    Ok(objects)
}

fn load_uploads(
    bodies: &Path,
    dir: &Path,
    loading: &mut Loading<'_>,
) -> io::Result<BTreeMap<(String, String), Upload>> {
    let mut uploads = BTreeMap::new();
    for (id, folder) in entries(&dir.join("uploads"))? {
        let record = read::<Upload>(&folder.join("upload.json")).and_then(|upload| {
            expect(upload.id == id, "it has the name of another")?;
            Ok(upload)
        });
        let mut upload = match record {
            Ok(upload) => upload,
            Err(error) => {
                unreadable(loading, &folder, &error)?;
                continue;
            }
        };
        for (name, path) in entries(&folder)? {
            if name == "upload.json" {
                continue;
            }
            let part = read::<Stored<Part>>(&path).and_then(|stored| {
                expect(
                    part_name(stored.item.number) == name,
                    "it has the name of another",
                )?;
                let mut part = stored.item;
                part.body = body(bodies, &stored.pieces, part.size, &mut loading.files)?;
                Ok(part)
            });
            match part {
                Ok(part) => {
                    part.body.keep();
                    upload.parts.insert(part.number, part);
                }
                Err(error) => unreadable(loading, &path, &error)?,
            }
        }
        uploads.insert((upload.template.key.clone(), upload.id.clone()), upload);
    }
    Ok(uploads)
}

fn unreadable(loading: &mut Loading<'_>, path: &Path, error: &io::Error) -> io::Result<()> {
    let why = format!("it cannot be read ({error})");
    loading.directory.set_aside(path, &why)
}

fn expect(holds: bool, what: &str) -> io::Result<()> {
    if holds {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, what))
    }
}

/// The body that a record describes, if it can be one.
fn body(
    bodies: &Path,
    pieces: &[PieceName],
    size: u64,
    files: &mut HashMap<String, Arc<BodyFile>>,
) -> io::Result<Body> {
    let names = pieces.iter().all(|(name, _, _)| is_own_name(name));
    expect(names, "it names a file that is not a body")?;
    let sum = pieces
        .iter()
        .try_fold(0u64, |sum, (_, _, len)| sum.checked_add(*len));
    expect(sum == Some(size), "its pieces do not add up to its size")?;
    let pieces = pieces.iter().map(|(name, offset, len)| {
        let file = files
            .entry(name.clone())
            .or_insert_with(|| BodyFile::at(body_path(bodies, name)));
        Piece::File {
            file: Arc::clone(file),
            offset: *offset,
            len: *len,
        }
    });
    Ok(Body(Arc::new(pieces.collect())))
}

fn pieces(body: &Body) -> Vec<PieceName> {
    let name = |piece: &Piece| match piece {
        Piece::File { file, offset, len } => Some((file.name(), *offset, *len)),
        Piece::Memory(_) => None,
    };
    body.0.iter().filter_map(name).collect()
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

/// Names and paths in a directory; one that is not there, or a stray file in its place, has none.
fn entries(path: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let list = match std::fs::read_dir(path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
        list => list.map_err(|error| named(path, &error))?,
    };
    list.map(|entry| {
        let entry = entry.map_err(|error| named(path, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        Ok((name, entry.path()))
    })
    .collect()
}
