//! What was interrupted or killed goes on.

use std::process::Child;

use super::*;

/// How often the service was asked for that, whatever a rule did with it.
fn seen(place: &Place, operation: &str) -> usize {
    let requests = place.server.requests();
    let all = requests.iter();
    all.filter(|request| request.operation == operation).count()
}

/// Until that has been asked for so often.
fn wait_for(place: &Place, operation: &str, many: usize) {
    let end = Instant::now() + Duration::from_secs(60);
    while seen(place, operation) < many && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// As by Ctrl-C, which ends a command in order and with its own code.
fn interrupt(child: Child) {
    tool(
        "kill",
        "procps",
        &["-INT".to_owned(), child.id().to_string()],
    );
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", stderr(&ended));
}

#[test]
fn an_interrupted_copy_within_oss_ends_in_order_and_goes_on() {
    let place = Place::new("between-interrupted");
    for number in 0..60 {
        place.put(&format!("p/{number:02}"), b"content");
    }
    let slow = Rule::new(Action::Delay { ms: 100 }).operation("CopyObject");
    place.server.inject(slow.times(1000));
    let copy = ["cp", "-r", "-w3", "oss://bucket/p", "oss://bucket/q"];
    let mut command = place.command(&copy);
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(&place, "CopyObject", 7);
    interrupt(child);
    place.server.clear_rules();
    place.ok(&copy);
    assert_eq!(place.keys().len(), 120);
    // What three workers had under way was done again, at most.
    let copies = seen(&place, "CopyObject");
    assert!(copies <= 63, "{copies}");
}

#[test]
fn what_was_killed_or_interrupted_goes_on_where_it_stopped() {
    let place = Place::new("killed");
    let content: Vec<u8> = (0..1_500_000).map(|at| (at % 241) as u8).collect();
    place.write("in", &content);
    // The fourth request from now on stays until somebody ends it.
    let stuck = |operation: &str| {
        let delay = Rule::new(Action::Delay { ms: 60_000 }).operation(operation);
        place.server.clear_rules();
        place.server.inject(delay.skip(3).times(1000));
    };
    let up = [
        "put",
        "in",
        "oss://bucket/a",
        "--part-size",
        "102400",
        "-w1",
    ];
    let down = [
        "get",
        "oss://bucket/a",
        "out",
        "--part-size",
        "102400",
        "-w1",
    ];
    for (arguments, operation) in [(up, "UploadPart"), (down, "GetObject")] {
        stuck(operation);
        place.server.clear_requests();
        let mut child = place.command(&arguments).spawn().unwrap();
        wait_for(&place, operation, 4);
        child.kill().unwrap();
        child.wait().unwrap();
        // An interruption ends it in order, with its own code.
        stuck(operation);
        let child = place
            .command(&arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(&place, operation, 8);
        interrupt(child);
        place.server.clear_rules();
        place.ok(&arguments);
        let parts = seen(&place, operation);
        assert!(parts <= 15 + 2, "{operation}: {parts} instead of 15");
    }
    assert!(place.stored("a").unwrap() == content && place.read("out") == content);
    let left: Vec<_> = fs::read_dir(&place.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// Uploads that nobody finished.
fn leave_uploads(place: &Place, many: usize) {
    for number in 0..many {
        place
            .bucket
            .initiate_multipart_upload(&format!("{number:02}"), &Options::new())
            .unwrap();
    }
}

#[test]
fn giving_up_uploads_can_be_interrupted() {
    let place = Place::new("uploads-interrupted");
    leave_uploads(&place, 100);
    let slow = Rule::new(Action::Delay { ms: 100 }).operation("AbortMultipartUpload");
    place.server.inject(slow.times(1000));
    let mut command = place.command(&["uploads", "--abort", "oss://bucket"]);
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    wait_for(&place, "AbortMultipartUpload", 3);
    interrupt(child);
    assert!(seen(&place, "AbortMultipartUpload") < 100);
}

#[test]
fn the_timeout_is_for_all_requests_of_a_command() {
    let place = Place::new("timeouts");
    leave_uploads(&place, 1);
    place.put("p/a", b"x");
    let slow = |operation: &str| {
        place
            .server
            .inject(Rule::new(Action::Delay { ms: 60_000 }).operation(operation));
    };
    slow("AbortMultipartUpload");
    place.ends(5, &["uploads", "--abort", "--timeout", "5", "oss://bucket"]);
    slow("DeleteObject");
    let moves = ["mv", "-r", "--timeout", "5", "oss://bucket/p", "out"];
    place.fails(1, &moves, "timeout");
}
