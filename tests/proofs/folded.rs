//! Who lists without a delimiter wants each entry: an answer that folds some of them would hide them from a deletion, or have
//! files deleted that are not missing.

use std::fs;

use alioss::DirectoryTransfer;

use super::*;
use crate::peer::folder;

const FOLDED: &str = "<CommonPrefixes><Prefix>p/d/</Prefix></CommonPrefixes>";

/// A service that folds what lies below `p/d/`.
fn folding(root: &str) -> (Peer, Arc<Mutex<Vec<String>>>) {
    let date = "date: Fri, 01 Jan 2021 00:00:00 GMT\r\n";
    let page = format!("<{root}>{FOLDED}<IsTruncated>false</IsTruncated></{root}>");
    answering(move |_| good(date, &page))
}

fn assert_folded(error: &alioss::Error, what: &str) {
    assert_eq!(error.kind(), Kind::BadResponse, "{what}: {error}");
    assert_eq!(error.http_status(), 200, "{what}: {error}");
    assert_eq!(error.request_id(), "R1", "{what}: {error}");
    let words = "folds the keys that begin with \"p/d/\", which nobody asked for";
    assert!(error.to_string().contains(words), "{what}: {error}");
}

#[test]
fn what_is_folded_is_not_taken_for_deleted() {
    let none = &Options::new();
    for (root, how) in [
        ("ListBucketResult", DeletePrefix::new()),
        ("ListVersionsResult", DeletePrefix::new().versions()),
    ] {
        let (peer, seen) = folding(root);
        let failed = bucket(&peer).delete_prefix("p/", &how, none).unwrap_err();
        assert_folded(failed.error(), root);
        assert_eq!(seen.lock().unwrap().len(), 1, "{root}");
    }
    let (peer, seen) = folding("ListMultipartUploadsResult");
    let aborted = bucket(&peer).abort_uploads_before("p/", Default::default(), none);
    assert_folded(&aborted.unwrap_err(), "abort");
    let mut listed = bucket(&peer)
        .list_uploads_before("p/", Default::default(), none)
        .unwrap();
    assert_folded(&listed.next().unwrap().unwrap_err(), "list");
    assert!(seen.lock().unwrap().iter().all(|r| r.starts_with("get ")));
}

#[test]
fn what_is_folded_is_not_taken_for_missing() {
    let folder = folder("folded");
    fs::create_dir_all(folder.join("d")).unwrap();
    fs::write(folder.join("d/f"), "x").unwrap();
    let (peer, seen) = folding("ListBucketResult");
    let bucket = bucket(&peer);
    let how = DirectoryTransfer::new().delete().delete_from_empty();
    let down = bucket.download_directory("p/", &folder, &how, &Options::new());
    assert_folded(down.unwrap_err().error(), "download");
    assert!(folder.join("d/f").exists());
    let up = bucket.upload_directory("p/", &folder, &how, &Options::new());
    assert_folded(up.unwrap_err().error(), "upload");
    assert!(seen.lock().unwrap().iter().all(|r| r.starts_with("get ")));
}
