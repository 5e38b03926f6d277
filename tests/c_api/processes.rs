//! The library in a process: threads, forks and signals, its memory and its descriptors.

use super::*;

#[test]
fn threads() {
    run_every_way("threads.c", &["threads"], nothing, nothing);
}

#[test]
fn cancel() {
    let said = succeed(&started("cancel.c"), &[], &[]);
    print!("{said}");
}

#[test]
fn children_of_a_busy_process_never_wait_for_its_locks() {
    let server = server();
    let variables = environment(&server, Scheme::Http);
    succeed(&started("forks.c"), &["forks", "3000"], &variables);
    // A handshake in each child takes longer.
    let variables = environment(&server, Scheme::Https);
    succeed(&started("forks.c"), &["forks", "100"], &variables);
}

/// Keys that end while a process forks: whoever renews them in the parent is not there in the child.
#[test]
fn children_of_a_busy_process_renew_their_keys_themselves() {
    let server = support::start(Options {
        ram_role: Some("r".to_owned()),
        sts_lifetime: Some(Duration::from_secs(2)),
        ..Options::default()
    });
    let mut variables = environment(&server, Scheme::Http);
    let provider = format!("ecs-ram-role:r;endpoint={}", server.endpoint());
    variables.push(("OSS_CREDENTIALS".to_owned(), provider));
    succeed(&started("forks.c"), &["forks", "1500"], &variables);
    let asked = server.requests();
    let asked = asked
        .iter()
        .filter(|request| request.operation == "Metadata");
    // Two for each set of keys.
    assert!(asked.count() > 4, "keys were never renewed");
}

#[test]
fn every_cancel_ends_one_request() {
    let server = server();
    let variables = environment(&server, Scheme::Http);
    succeed(&started("cancel_once.c"), &["cancel-once"], &variables);
}

#[test]
fn threads_end_when_they_have_left_the_library() {
    let server = server();
    let variables = environment(&server, Scheme::Http);
    succeed(&started("thread_end.c"), &["thread-end"], &variables);
}

#[test]
fn memory_that_cannot_be_had_is_a_status() {
    let file = scratch("no-memory").join("file");
    for scheme in SCHEMES {
        let server = server();
        succeed(
            &started("no_memory.c"),
            &["no-memory", file.to_str().unwrap()],
            &environment(&server, scheme),
        );
    }
}

#[test]
fn fork() {
    run_every_way("fork.c", &["fork"], nothing, |server| {
        let connections = |prefix: &str| -> BTreeSet<u64> {
            let of_prefix = |record: &&RequestRecord| record.target.contains(prefix);
            let requests = server.requests();
            let found: BTreeSet<u64> = requests
                .iter()
                .filter(of_prefix)
                .map(|record| record.connection)
                .collect();
            assert!(!found.is_empty(), "no request for {prefix}");
            found
        };
        let (parent, child) = (connections("parent-"), connections("child-"));
        assert_eq!(
            parent.len(),
            1,
            "the parent lost its connection: {parent:?}"
        );
        assert_eq!(child.len(), 1, "the child keeps no connection: {child:?}");
        assert!(
            parent.is_disjoint(&child),
            "parent and child share a connection: {parent:?}"
        );
    });
}

#[test]
fn sigpipe() {
    let hang_up = |server: &Server| {
        let action = Action::Close {
            after_bytes: 64 * 1024,
        };
        server.inject(Rule::new(action).key_prefix("cut/").times(u32::MAX));
    };
    run_every_way("sigpipe.c", &["sigpipe"], hang_up, nothing);
}

#[test]
fn memory_does_not_grow_with_the_object() {
    for scheme in SCHEMES {
        let directory = scratch("memory");
        let server = support::start(Options {
            dir: Some(directory.clone()),
            etag_md5: false,
            ..Options::default()
        });
        let said = succeed(
            &Way::Plain(scheme).command(program("memory.c")),
            &["memory", "1024"],
            &environment(&server, scheme),
        );
        print!("{scheme:?}: {said}");
        drop(server);
        std::fs::remove_dir_all(directory).unwrap();
    }
}

#[test]
fn idle_connections_are_small() {
    for scheme in SCHEMES {
        let server = server();
        let said = succeed(
            &Way::Plain(scheme).command(program("idle.c")),
            &["idle"],
            &environment(&server, scheme),
        );
        print!("{scheme:?}: {said}");
    }
}

/// What lies idle while the machine sleeps is dead afterwards, however little time went by for the program.
#[test]
fn connections_grow_old_while_the_machine_sleeps() {
    // The program knows the system calls of this platform.
    if support::platform::platform().is_some() {
        return;
    }
    let server = server();
    succeed(
        &started("asleep.c"),
        &["asleep"],
        &environment(&server, Scheme::Http),
    );
    let requests = server.requests();
    let connections: Vec<u64> = requests.iter().map(|request| request.connection).collect();
    let [bucket, before, after, later] = connections[..] else {
        panic!("{connections:?}");
    };
    assert_eq!((bucket, after), (before, later));
    assert_ne!(before, after);
}

#[test]
fn a_lack_of_descriptors_is_forgotten_with_it() {
    let server = server();
    let mut variables = environment(&server, Scheme::Https);
    for (name, _) in &mut variables {
        if name == "OSS_CA_FILE" {
            *name = "SSL_CERT_FILE".to_owned();
        }
    }
    succeed(&started("no_descriptor.c"), &["no-descriptor"], &variables);
}
