//! Replays what fuzzing has found interesting, with the checks of the targets.

#[path = "fuzz/targets/check.rs"]
mod check;

use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut count = 0;
    for entry in std::fs::read_dir(corpus.join(target)).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&std::fs::read(&path).unwrap());
        count += 1;
    }
    assert!(count >= 10, "{target}: {count} files");
}

#[test]
fn answers_mean_the_same_however_they_arrive() {
    replay("answer", check::whole_answer);
}

#[test]
fn chunked_bodies_mean_the_same_however_they_arrive() {
    replay("chunked", check::chunked_body);
}
