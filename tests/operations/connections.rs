//! How the service is reached: TLS, sessions and their pools, names and addresses.

use super::*;

#[test]
fn tls_says_what_is_wrong() {
    let server = Server::start(oss_local::Options {
        tls_versions: (oss_local::TlsVersion::V1_2, oss_local::TlsVersion::V1_2),
        ..oss_local::Options::default()
    })
    .unwrap();
    let try_with = |set: &dyn Fn(&mut Config)| {
        let mut config = config(&server.https_endpoint());
        config.attempts(1);
        set(&mut config);
        Bucket::new(&config, "examplebucket").and_then(|bucket| bucket.put_bucket(&Options::new()))
    };
    let trusted = |config: &mut Config| {
        config.ca_file(server.ca_file());
    };
    try_with(&trusted).unwrap();
    assert_eq!(server.requests()[0].tls_version.as_deref(), Some("TLSv1.2"));
    assert_eq!(server.requests()[0].sni.as_deref(), Some("localhost"));
    try_with(&|config| {
        config.ca_pem(server.ca_pem().as_bytes());
    })
    .unwrap();
    try_with(&|config| {
        config.insecure_skip_verify(true);
    })
    .unwrap();
    let error = try_with(&|_| {}).unwrap_err();
    assert_eq!(error.kind(), Kind::Network);
    assert!(!error.is_retryable());
    assert!(
        error
            .to_string()
            .contains("give the root as `ca_file` or `ca_pem`"),
        "{error}"
    );
    let error = try_with(&|config| {
        trusted(config);
        config.tls_versions(TlsVersion::V1_3, TlsVersion::V1_3);
    })
    .unwrap_err();
    assert!(
        error.to_string().contains("no TLS version in common"),
        "{error}"
    );
    let error = try_with(&|config| {
        config.ca_pem(b"nonsense");
    })
    .unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidArgument);
    let error = try_with(&|config| {
        config.ca_pem(b"-----BEGIN CERTIFICATE-----\nMIIB\n");
    })
    .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("the line \"-----END CERTIFICATE-----\" is missing; is the text whole?"),
        "{error}"
    );
}

#[test]
fn sessions_are_shared_and_their_options_conflict_loudly() {
    let server = server();
    let mut config = config(&server.endpoint());
    let session = Session::new(&config).unwrap();
    config.session(&session);
    for name in ["bucket-a", "bucket-b"] {
        Bucket::new(&config, name)
            .unwrap()
            .put_bucket(&Options::new())
            .unwrap();
    }
    let requests = server.requests();
    assert_eq!(requests[0].connection, requests[1].connection);
    config.pool_size(3);
    let error = Bucket::new(&config, "bucket-a").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`pool_size` belongs to the session"),
        "{error}"
    );
}

#[test]
fn the_pool_keeps_what_it_is_told_to() {
    let server = server();
    bucket(&server);
    for (size, threads) in [(0, 4), (1, 4), (20, 20)] {
        let mut config = config(&server.endpoint());
        config.pool_size(size);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let round = || {
            server.clear_requests();
            server.inject(Rule::new(Action::Delay { ms: 700 }).times(threads));
            // All at once, and none is answered before the last one has arrived.
            let start = std::sync::Barrier::new(threads as usize);
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        start.wait();
                        bucket.put_object("a", "x", &Options::new()).unwrap()
                    });
                }
            });
            let requests = server.requests();
            requests
                .iter()
                .map(|r| r.connection)
                .collect::<std::collections::HashSet<_>>()
        };
        let (first, second) = (round(), round());
        assert_eq!(
            (first.len(), second.len()),
            (threads as usize, threads as usize)
        );
        assert_eq!(
            first.intersection(&second).count(),
            size.min(threads as usize)
        );
    }
}

#[test]
fn names_below_localhost_lead_here_and_overrides_lead_anywhere() {
    let server = server();
    let port = server.http_port();
    let mut config = config(&format!("http://oss-cn-hangzhou.aliyuncs.com:{port}"));
    config.resolve("*.aliyuncs.com", "127.0.0.1");
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    bucket.put_bucket(&Options::new()).unwrap();
    let host = format!("examplebucket.oss-cn-hangzhou.aliyuncs.com:{port}");
    assert_eq!(server.requests()[0].host.as_str(), host);
    server.add_cname("static.example.com", "examplebucket");
    let mut cname = self::config(&format!("http://static.example.com:{port}"));
    cname.cname(true).resolve("static.example.com", "127.0.0.1");
    let bucket = Bucket::new(&cname, "examplebucket").unwrap();
    bucket.put_object("a", "x", &Options::new()).unwrap();
    let last = server.requests().pop().unwrap();
    assert_eq!(
        (last.host.as_str(), last.target.as_str()),
        (format!("static.example.com:{port}").as_str(), "/a")
    );
    let error = Service::new(&cname).unwrap_err();
    assert!(error.to_string().starts_with("`cname`: "), "{error}");
}
