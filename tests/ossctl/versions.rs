//! All versions of one key are removed, and nothing of any other.

use alioss::{ListObjectVersions, ListedVersion};

use super::*;

impl Place {
    fn keep_versions(&self) {
        let enabled = Options::new().field("Status", Some("Enabled"));
        let invoked = self
            .bucket
            .invoke("PutBucketVersioning", None, &[][..], &enabled);
        invoked.unwrap();
    }

    /// Key, version, and whether it is a delete marker.
    fn versions(&self) -> Vec<(String, String, bool)> {
        let options = Options::new();
        let all = ListObjectVersions::default();
        let listed = self.bucket.list_object_versions(all, &options);
        let describe = |entry| match entry {
            ListedVersion::Version(one) => (one.object.key, one.version_id, one.is_delete_marker),
            other => panic!("{other:?}"),
        };
        listed.map(|entry| describe(entry.unwrap())).collect()
    }

    fn keys_of_versions(&self) -> Vec<String> {
        self.versions().into_iter().map(|(key, ..)| key).collect()
    }
}

#[test]
fn all_versions_of_one_key_go_and_no_other_key() {
    let place = Place::new("versions");
    // One from before there were versions.
    place.put("a/log", b"0");
    place.keep_versions();
    let others = ["a", "a/lo", "a/log/", "a/log/b", "a/log2", "a/log%", "b"];
    for key in others {
        place.put(key, b"x");
    }
    for content in [b"1", b"2"] {
        place.put("a/log", content);
    }
    place.ok(&["rm", "oss://bucket/a/log"]);
    place.put("a/log", b"3");
    place.ok(&["rm", "oss://bucket/a/log"]);
    let ours: Vec<_> = place.versions();
    let ours: Vec<_> = ours.iter().filter(|(key, ..)| key == "a/log").collect();
    assert_eq!(ours.len(), 6, "{ours:?}");
    assert_eq!(ours.iter().filter(|(.., is_marker)| *is_marker).count(), 2);

    let told = place.json(&["rm", "--versions", "oss://bucket/a/log"]);
    let told: Vec<&str> = told
        .iter()
        .map(|line| {
            assert_eq!(line["action"], "deleted");
            assert_eq!(line["place"], "oss://bucket/a/log");
            line["version_id"].as_str().unwrap()
        })
        .collect();
    let expected: Vec<&str> = ours.iter().map(|(_, id, _)| id.as_str()).collect();
    assert_eq!(told, expected);
    let mut left = place.keys_of_versions();
    left.sort();
    let mut expected = others.to_vec();
    expected.sort_unstable();
    assert_eq!(left, expected);

    // What is not there is gone, whatever begins like it.
    place.server.clear_requests();
    assert_eq!(place.ok(&["rm", "--versions", "oss://bucket/a/log"]), "");
    assert_eq!(place.ok(&["rm", "--versions", "oss://bucket/a/"]), "");
    assert_eq!(count(&place, "DeleteObject"), 0);
    assert_eq!(place.keys_of_versions().len(), others.len());
    let said = place.ok(&["rm", "--versions", "oss://bucket/a/log/", "oss://bucket/b"]);
    assert!(
        said.starts_with("deleted oss://bucket/a/log/, version "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 2, "{said}");
    assert_eq!(place.keys_of_versions().len(), others.len() - 2);
    // A bucket is not a key, and with -r all of them go.
    place.fails(2, &["rm", "--versions", "oss://bucket"], "is a bucket");
    place.ok(&["rm", "-r", "--versions", "oss://bucket/a"]);
    assert_eq!(place.keys_of_versions(), ["a"]);
}

#[test]
fn more_versions_than_a_page_has_go() {
    let place = Place::new("many-versions");
    place.keep_versions();
    for _ in 0..1003 {
        place.put("k", b"x");
    }
    place.put("kk", b"x");
    place.ok(&["rm", "--versions", "-q", "oss://bucket/k"]);
    assert_eq!(place.keys_of_versions(), ["kk"]);
}

#[test]
fn a_version_that_cannot_be_deleted_is_told_and_the_others_go() {
    let place = Place::new("kept-version");
    place.keep_versions();
    for _ in 0..3 {
        place.put("k", b"x");
    }
    let refusal = Action::Status(Status::new(403, "AccessDenied"));
    let rule = Rule::new(refusal).operation("DeleteObject");
    place.server.inject(rule.times(1));
    let rm = ["rm", "--versions", "oss://bucket/k"];
    let output = place.fails(4, &rm, "rm oss://bucket/k: DeleteObject: 403 AccessDenied");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
    assert_eq!(place.keys_of_versions(), ["k"]);
}
