//! Which names keys and files have in each other's world, and which can have none.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::file::windows_problem;

/// The name in a directory that ends the path of an object below `prefix`, and that no other file has: an error if the key
/// leads out of the directory, or to nothing that can be a file.
pub(super) fn check(name: &str) -> Result<()> {
    let name = name.strip_suffix('/').unwrap_or(name);
    for segment in name.split('/') {
        if let Some(problem) = problem(segment, cfg!(windows)) {
            return Err(Error::new(
                Kind::InvalidArgument,
                format!("no file can have the name of this key: {problem}"),
            ));
        }
    }
    Ok(())
}

/// Whether each piece of a name leads one step further, as those of the names of files do.
pub(super) fn is_path(name: &str) -> bool {
    let name = name.strip_suffix('/').unwrap_or(name);
    let mut segments = name.split('/');
    segments.all(|segment| !matches!(segment, "" | "." | ".."))
}

/// What is wrong with a piece of a name between two slashes.
fn problem(segment: &str, on_windows: bool) -> Option<&'static str> {
    match segment {
        "" => return Some("nothing is between two slashes, or before the first one"),
        "." | ".." => return Some("\".\" and \"..\" would lead elsewhere"),
        _ if segment.contains('\0') => return Some("it holds a NUL"),
        _ if is_of_transfer(segment) => {
            return Some("files called like that belong to unfinished transfers");
        }
        _ if !on_windows => return None,
        _ => {}
    }
    windows_problem(segment)
}

/// Whether a file is a record or an unfinished file of a transfer: `.NAME.alioss-part` and the like.
pub(super) fn is_of_transfer(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let begins = |text: &str| {
        text.get(..7)
            .is_some_and(|text| text.eq_ignore_ascii_case("alioss-"))
    };
    name.starts_with('.') && extension.is_some_and(begins)
}

/// Where the file of that name is below `root`.
pub(super) fn path_of(root: &Path, name: &str) -> PathBuf {
    let mut path = root.to_owned();
    path.extend(name.split('/').filter(|segment| !segment.is_empty()));
    path
}

/// Names that cannot be in one directory together. They come in the order of their bytes.
pub(super) struct Clashes {
    /// Names of files, each of which begins with the one before it.
    beginnings: Vec<String>,
    /// If the directory does not tell capital letters from small ones: all names of files as it sees them.
    folded: Option<HashSet<String>>,
}

impl Clashes {
    pub fn new(is_case_blind: bool) -> Clashes {
        Clashes {
            beginnings: Vec::new(),
            folded: is_case_blind.then(HashSet::new),
        }
    }

    /// An error if another one is in the way of `name`; else `name` is in the way of those to come.
    pub fn add(&mut self, name: &str) -> Result<()> {
        if let Some(file) = self.file_before(name) {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "the object {file:?} becomes a file, so there is no directory of that name"
                ),
            ));
        }
        if name.ends_with('/') {
            return Ok(());
        }
        if let Some(folded) = &mut self.folded
            && !folded.insert(name.to_lowercase())
        {
            return Err(Error::new(
                Kind::Conflict,
                "another object has this name but for capital letters, which this directory does not tell apart",
            ));
        }
        self.beginnings.push(name.to_owned());
        Ok(())
    }

    /// The object whose key goes on with a slash in `name`.
    pub fn file_before(&mut self, name: &str) -> Option<&str> {
        while let Some(last) = self.beginnings.last() {
            if name.starts_with(last.as_str()) {
                break;
            }
            self.beginnings.pop();
        }
        let mut files = self.beginnings.iter();
        let found = files.find(|file| {
            let rest = name.strip_prefix(file.as_str()).unwrap_or_default();
            rest.starts_with('/')
        });
        found.map(String::as_str)
    }

    /// Whether a file is one that was added, for a directory that may know it by other letters.
    pub fn is_folded(&self, name: &str) -> bool {
        let folded = self.folded.as_ref();
        folded.is_some_and(|all| all.contains(&name.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_of_the_directory_is_refused() {
        for name in [
            "a", "a/b", "a/", "...", ".a", "a b", "a\\b", "CON", "a:b", "路/径",
        ] {
            assert!(check(name).is_ok() || cfg!(windows), "{name}");
        }
        for name in [
            "..",
            "../a",
            "a/..",
            "a/../b",
            ".",
            "a/./b",
            "/a",
            "a//b",
            "//",
            "/",
            "",
            "a\0b",
            "a/../",
            ".a.0123456789abcdef.alioss-record",
            "a/.b.alioss-part",
        ] {
            let error = check(name).unwrap_err().to_string();
            assert!(
                error.starts_with("no file can have the name"),
                "{name}: {error}"
            );
        }
    }

    #[test]
    fn windows_refuses_more() {
        for name in [
            "a\\b", "..\\a", "C:", "a:b", "a?", "a\u{1}", "a.", "a ", "con", "NUL.txt", "Com1",
            "LPT9.a.b", "aux ", "COM¹",
        ] {
            assert!(problem(name, true).is_some(), "{name}");
            assert!(problem(name, false).is_none(), "{name}");
        }
        for name in [
            "a", "console", "com", "com0", "com10", "lpt", "nulls", "a.con",
        ] {
            assert!(problem(name, true).is_none(), "{name}");
        }
    }

    #[test]
    fn a_file_in_the_way_of_a_directory_is_found_also_with_others_in_between() {
        let names = [
            "a", "a!", "a-b", "a/b", "a/c/d", "aa", "b", "b0", "b0/", "c/d", "c/d-", "c/d/e",
        ];
        let mut clashes = Clashes::new(false);
        let refused: Vec<&str> = names
            .into_iter()
            .filter(|name| clashes.add(name).is_err())
            .collect();
        assert_eq!(refused, ["a/b", "a/c/d", "b0/", "c/d/e"]);
        assert!(!clashes.is_folded("a"));
    }

    #[test]
    fn of_names_that_differ_in_capital_letters_the_first_stays_where_they_are_not_told_apart() {
        let names = ["A/x", "A/y", "a/x", "a/z", "\u{c4}", "\u{e4}"];
        let refused = |is_case_blind| -> Vec<&str> {
            let mut clashes = Clashes::new(is_case_blind);
            let mut names = names.to_vec();
            names.retain(|name| clashes.add(name).is_err());
            names
        };
        assert_eq!(refused(true), ["a/x", "\u{e4}"]);
        assert!(refused(false).is_empty());
        let mut clashes = Clashes::new(true);
        clashes.add("A/x").unwrap();
        assert!(clashes.is_folded("a/X") && !clashes.is_folded("a/y"));
    }
}
