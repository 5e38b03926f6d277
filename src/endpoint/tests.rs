use super::*;

fn of(endpoint: &str) -> Result<Resolved> {
    resolve(&EndpointOptions {
        endpoint: Some(endpoint),
        ..EndpointOptions::default()
    })
}

fn region_of(endpoint: &str) -> Option<String> {
    of(endpoint).unwrap().region
}

#[test]
fn infers_the_region_from_hosts_of_the_service() {
    for host in [
        "oss-cn-hangzhou.aliyuncs.com",
        "oss-cn-hangzhou-internal.aliyuncs.com",
        "cn-hangzhou.oss.aliyuncs.com",
        "HTTP://OSS-CN-Hangzhou.Aliyuncs.Com:8080/",
    ] {
        assert_eq!(region_of(host).as_deref(), Some("cn-hangzhou"), "{host}");
    }
    for host in [
        "oss-accelerate.aliyuncs.com",
        "oss-accelerate-overseas.aliyuncs.com",
        "bucket.oss-cn-hangzhou.aliyuncs.com",
        "oss-cn-hangzhou.aliyuncs.com.example.com",
        "oss-.aliyuncs.com",
        "img.example.com",
        "127.0.0.1",
    ] {
        assert_eq!(region_of(host), None, "{host}");
    }
}

#[test]
fn refuses_contradictions() {
    let base = EndpointOptions {
        region: Some("cn-hangzhou"),
        ..EndpointOptions::default()
    };
    let internal = Some("oss-cn-hangzhou-internal.aliyuncs.com");
    let fine = [
        EndpointOptions {
            internal: true,
            ..base
        },
        EndpointOptions {
            internal: true,
            endpoint: internal,
            ..base
        },
        EndpointOptions {
            accelerate: true,
            region: None,
            ..base
        },
    ];
    for options in fine {
        assert!(resolve(&options).is_ok(), "{options:?}");
    }
    let contradicting = [
        EndpointOptions {
            internal: true,
            accelerate: true,
            ..base
        },
        EndpointOptions {
            accelerate: true,
            endpoint: internal,
            ..base
        },
        EndpointOptions {
            dual_stack: true,
            endpoint: Some("img.example.com"),
            ..base
        },
        EndpointOptions {
            dual_stack: true,
            cname: true,
            endpoint: Some("img.example.com"),
            ..base
        },
        EndpointOptions {
            cname: true,
            ..base
        },
        EndpointOptions {
            cloudbox_id: Some("cb-1"),
            ..base
        },
        EndpointOptions {
            endpoint: Some("oss-cn-beijing.aliyuncs.com"),
            ..base
        },
        EndpointOptions {
            region: Some("oss-cn-hangzhou"),
            ..base
        },
        EndpointOptions {
            region: None,
            ..base
        },
        EndpointOptions {
            region: None,
            internal: true,
            ..base
        },
    ];
    for options in contradicting {
        assert!(resolve(&options).is_err(), "{options:?}");
    }
}

#[test]
fn refuses_malformed_texts() {
    for text in [
        "",
        "/",
        "http://",
        "https:///",
        "://host",
        "host:",
        "host:0",
        "host:65536",
        "host:+80",
        "host:8 0",
        "::1",
        "[::1",
        "[::1]x",
        "[::1]:",
        "[fe80::1%25eth0]",
        "[]",
        "a]b",
        "host/path",
        "host//",
        "host?x",
        "host#x",
        "ho\\st",
        "a..b",
        ".a",
        "a.",
        "中文.example",
        " host",
        "host\r\nx: y",
        "ftp://host",
        "host,host",
    ] {
        let error = check(text).unwrap_err();
        assert!(error.message().starts_with("`endpoint`: "), "{error}");
    }
}

#[test]
fn shows_no_password() {
    let error = check("https://user:secret@host").unwrap_err();
    assert!(!error.message().contains("secret"), "{error}");
}

#[test]
fn default_ports_are_not_written() {
    let endpoint = of("https://host:443").unwrap().endpoint;
    assert_eq!(endpoint.host_for(Some("b")), "b.host");
    let endpoint = of("http://host:443").unwrap().endpoint;
    assert_eq!(endpoint.host_for(None), "host:443");
    assert_eq!(
        endpoint.url_for(Some("b"), Some("k k"), &[("acl".into(), None)]),
        "http://b.host:443/k%20k?acl"
    );
}
