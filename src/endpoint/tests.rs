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
        "oss-cn-hangzhou.aliyuncs.com.example.com",
        "oss-.aliyuncs.com",
        "img.example.com",
        "127.0.0.1",
    ] {
        assert_eq!(region_of(host), None, "{host}");
    }
}

/// A region that is only guessed makes requests whose signature is wrong.
#[test]
fn only_what_looks_like_a_region_is_one() {
    for region in [
        "cn-hangzhou",
        "ap-southeast-1",
        "us-east-1",
        "xx-newtown",
        "xx-newtown-12",
        "cn-wuhan-lr",
        "cn-zhengzhou-jva",
        "cn-hangzhou-finance",
        "cn-shanghai-finance-1",
        "cn-beijing-gov-1",
        "cn-north-2-gov-1",
        "cn-heyuan-acdr-1",
        "rg-china-mainland",
    ] {
        for host in [
            format!("oss-{region}.aliyuncs.com"),
            format!("oss-{region}-internal.aliyuncs.com"),
            format!("{region}.oss.aliyuncs.com"),
            format!("{region}.oss-data-acc.aliyuncs.com"),
            format!("{region}-internal.oss-data-acc.aliyuncs.com"),
        ] {
            assert_eq!(region_of(&host).as_deref(), Some(region), "{host}");
        }
    }
    for host in [
        "oss-cache-cn-beijing-h",
        "oss-enet",
        "oss-vectors",
        "oss-cn-hangzhou-vpc",
        "oss-cn-hangzhou-vpc-internal",
        "oss-cn-hangzhou-internal-internal",
        "oss-accelerate-x",
        "oss-accelerate-internal",
        "oss-cn-hzfinance",
        "oss-cn-hzfinance-internal",
        "oss-cn-szfinance",
        "oss-cn-hzjbp-a-internal",
        "oss-cn-shanghai-finance-1-pub",
        "oss-cn-hangzhou-",
        "oss-cn--hangzhou",
        "oss-cn",
        "oss-cn-1",
        "oss-c-hangzhou",
        "oss-oss-cn-hangzhou",
        "oss-a_b",
        "examplebucket.oss",
        "cn-hangzhou-vpc.oss",
        "cn-hangzhou.oss-vectors",
        "cn-hangzhou-internal.oss-dls",
        "cn-hzjbp-a-internal.oss-data-acc",
        "somewhere.oss-data-acc",
    ] {
        let resolved = of(&format!("{host}.aliyuncs.com")).unwrap();
        assert_eq!(resolved.region, None, "{host}");
        assert_eq!(resolved.endpoint.host, format!("{host}.aliyuncs.com"));
    }
    let unguessed = EndpointOptions {
        internal: true,
        endpoint: Some("oss-cn-hzjbp-a-internal.aliyuncs.com"),
        region: Some("cn-hangzhou-finance"),
        ..EndpointOptions::default()
    };
    assert!(resolve(&unguessed).is_ok());
}

#[test]
fn accelerators_are_hosts_of_the_service() {
    for (zone, region) in [
        ("cn-hangzhou", "cn-hangzhou"),
        ("cn-hangzhou-j", "cn-hangzhou"),
        ("cn-wulanchabu-b", "cn-wulanchabu"),
        ("ap-southeast-1c", "ap-southeast-1"),
    ] {
        let host = format!("{zone}-internal.oss-data-acc.aliyuncs.com");
        let own = format!("abc.{host}");
        let with = |endpoint, bucket, cname| {
            resolve(&EndpointOptions {
                endpoint: Some(endpoint),
                bucket,
                cname,
                ..EndpointOptions::default()
            })
        };
        for endpoint in [&host, &own] {
            let resolved = with(endpoint, Some("abc"), false).unwrap();
            assert_eq!(resolved.region.as_deref(), Some(region), "{endpoint}");
            assert_eq!(resolved.endpoint.host_for(Some("abc")), own);
        }
        let error = with(&own, Some("other"), false).unwrap_err();
        assert!(
            error.message().contains("domain of the bucket \"abc\""),
            "{error}"
        );
        assert!(with(&host, Some("abc"), true).is_err());
        let custom = with(&own, Some("abc"), true).unwrap();
        assert_eq!(custom.region.as_deref(), Some(region));
    }
}

/// What stands before a host that names no region is a bucket only if the caller says so.
#[test]
fn hosts_beside_the_service_are_used_as_they_are() {
    for (host, bucket, expected) in [
        (
            "cn-hangzhou.oss-vectors",
            Some("abc"),
            "abc.cn-hangzhou.oss-vectors",
        ),
        (
            "cn-hangzhou.oss-dls",
            Some("cn-hangzhou"),
            "cn-hangzhou.cn-hangzhou.oss-dls",
        ),
        (
            "abc.cn-hangzhou.oss-dls",
            Some("abc"),
            "abc.cn-hangzhou.oss-dls",
        ),
        ("abc.oss-enet", Some("abc"), "abc.oss-enet"),
        ("abc.oss-enet", None, "abc.oss-enet"),
        (
            "abc.oss-cn-hzjbp-a-internal",
            Some("abc"),
            "abc.oss-cn-hzjbp-a-internal",
        ),
    ] {
        let resolved = resolve(&EndpointOptions {
            endpoint: Some(&format!("{host}.aliyuncs.com")),
            bucket,
            ..EndpointOptions::default()
        });
        assert_eq!(
            resolved.unwrap().endpoint.host_for(bucket),
            format!("{expected}.aliyuncs.com")
        );
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
        // Nobody has given the host that this makes.
        EndpointOptions {
            dual_stack: true,
            region: Some("cn-hangzhou-zmf"),
            endpoint: None,
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
            cname: true,
            endpoint: Some("127.0.0.1"),
            ..base
        },
        EndpointOptions {
            cname: true,
            endpoint: Some("oss-cn-hangzhou.aliyuncs.com"),
            ..base
        },
        EndpointOptions {
            cname: true,
            endpoint: Some("oss-accelerate.aliyuncs.com:443"),
            ..base
        },
        EndpointOptions {
            cname: true,
            endpoint: Some("cn-hangzhou.oss.aliyuncs.com"),
            ..base
        },
        EndpointOptions {
            cname: true,
            path_style: true,
            endpoint: Some("img.example.com"),
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
        "a..",
        ".",
        "中文.example",
        " host",
        "host\r\nx: y",
        "ftp://host",
        "host,host",
        "256.0.0.1",
        "127.0.0.01",
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

#[test]
fn what_is_said_wins_over_what_is_guessed() {
    let resolved = resolve(&EndpointOptions {
        endpoint: Some("oss-cn-hzjbp-a-internal.aliyuncs.com"),
        region: Some("cn-hangzhou-finance"),
        ..EndpointOptions::default()
    });
    let resolved = resolved.unwrap();
    assert_eq!(resolved.region.as_deref(), Some("cn-hangzhou-finance"));
    assert_eq!(
        resolved.endpoint.host,
        "oss-cn-hzjbp-a-internal.aliyuncs.com"
    );
    let resolved = resolve(&EndpointOptions {
        endpoint: Some("cb-1.cn-hangzhou.oss-cloudbox.aliyuncs.com"),
        cloudbox_id: Some("cb-2"),
        ..EndpointOptions::default()
    });
    assert_eq!(resolved.unwrap().scope_region.as_deref(), Some("cb-2"));
}

#[test]
fn the_domain_of_the_bucket_is_taken_for_what_it_is() {
    let with = |endpoint, bucket, cname| {
        resolve(&EndpointOptions {
            endpoint: Some(endpoint),
            bucket,
            cname,
            ..EndpointOptions::default()
        })
    };
    for (host, service) in [
        (
            "abc.oss-cn-hangzhou.aliyuncs.com",
            "oss-cn-hangzhou.aliyuncs.com",
        ),
        (
            "abc.oss-cn-hangzhou-internal.aliyuncs.com",
            "oss-cn-hangzhou-internal.aliyuncs.com",
        ),
        (
            "abc.cn-hangzhou.oss.aliyuncs.com",
            "cn-hangzhou.oss.aliyuncs.com",
        ),
        (
            "abc.oss-accelerate.aliyuncs.com",
            "oss-accelerate.aliyuncs.com",
        ),
    ] {
        let resolved = with(host, Some("abc"), false).unwrap();
        assert_eq!(resolved.endpoint.host, service);
        assert_eq!(resolved.endpoint.host_for(Some("abc")), host);
        for bucket in [Some("other"), None] {
            let error = with(host, bucket, false).unwrap_err();
            assert!(
                error.message().contains("domain of the bucket \"abc\""),
                "{error}"
            );
            assert!(error.message().contains(service), "{error}");
        }
        let custom = with(host, Some("abc"), true).unwrap();
        assert_eq!(custom.endpoint.host_for(Some("abc")), host);
        assert_eq!(custom.region, resolved.region);
    }
    let local = with("http://abc.localhost:8080", Some("abc"), false).unwrap();
    assert_eq!(
        local.endpoint.url_for(Some("abc"), Some("k"), &[]),
        "http://localhost:8080/abc/k"
    );
    let local = with("http://other.localhost", Some("abc"), false).unwrap();
    assert_eq!(local.endpoint.host_for(Some("abc")), "abc.other.localhost");
    let foreign = with("abc.example.com", Some("abc"), false).unwrap();
    assert_eq!(foreign.endpoint.host, "abc.example.com");
}

#[test]
fn a_host_without_its_domain_is_told_from_a_local_one() {
    for (text, whole) in [
        ("oss-cn-hangzhou", "oss-cn-hangzhou.aliyuncs.com"),
        (
            "https://oss-ap-southeast-1-internal/",
            "oss-ap-southeast-1-internal.aliyuncs.com",
        ),
        ("cn-hangzhou", "oss-cn-hangzhou.aliyuncs.com"),
        ("oss-accelerate", "oss-accelerate.aliyuncs.com"),
        ("oss-cn-hangzhou:443", "oss-cn-hangzhou.aliyuncs.com"),
        ("http://oss-cn-hangzhou:80", "oss-cn-hangzhou.aliyuncs.com"),
    ] {
        let error = of(text).unwrap_err();
        assert!(
            error.message().contains("\".aliyuncs.com\" is missing"),
            "{error}"
        );
        assert!(error.message().contains(whole), "{error}");
    }
    for text in [
        "localhost",
        "oss-server",
        "storage",
        "us-storage",
        "http://na-minio",
        "oss-cn-hangzhou:9000",
    ] {
        assert!(of(text).is_ok(), "{text}");
    }
}

/// A presigned URL in the place of an endpoint has a signature, and perhaps a token.
#[test]
fn what_follows_the_host_is_not_repeated() {
    for text in [
        "https://b.oss-cn-hangzhou.aliyuncs.com/k?Signature=hush",
        "https://b.oss-cn-hangzhou.aliyuncs.com?security-token=hush",
        "ftp://b.oss-cn-hangzhou.aliyuncs.com/hush",
        "b.oss-cn-hangzhou.aliyuncs.com/hush hush",
    ] {
        let error = of(text).unwrap_err();
        assert!(!error.message().contains("hush"), "{error}");
        assert!(error.message().contains("b.oss-cn-hangzhou"), "{error}");
    }
}

#[test]
fn the_dot_of_the_root_is_left_out() {
    let endpoint = of("http://oss-cn-hangzhou.aliyuncs.com.:8080").unwrap();
    assert_eq!(
        endpoint.endpoint.host_for(None),
        "oss-cn-hangzhou.aliyuncs.com:8080"
    );
    assert_eq!(endpoint.region.as_deref(), Some("cn-hangzhou"));
}
