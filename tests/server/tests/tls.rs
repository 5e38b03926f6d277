//! HTTPS: certificates for any name, from one authority, in the versions asked for.

mod support;

use std::io::{Read, Write};
use std::sync::Arc;

use oss_local::{Options, Server, TlsVersion};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use support::connect;

fn get(
    server: &Server,
    name: &str,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> std::io::Result<String> {
    get_trusting(server.ca_pem(), server, name, versions)
}

fn get_trusting(
    ca_pem: &str,
    server: &Server,
    name: &str,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap())
        .unwrap();
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, connect(server.https_port().unwrap()));
    stream.write_all(b"GET /k HTTP/1.1\r\nhost: bucket.localhost\r\nconnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn any_name_any_version() {
    let server = Server::start(Options::default()).unwrap();
    assert_eq!(
        std::fs::read_to_string(server.ca_file()).unwrap(),
        server.ca_pem()
    );
    let both = [&rustls::version::TLS12, &rustls::version::TLS13];
    for name in [
        "localhost",
        "bucket.localhost",
        "a.oss-cn-hangzhou.aliyuncs.com",
        "img.example.com",
        "127.0.0.1",
        "::1",
    ] {
        assert!(
            get(&server, name, &both)
                .unwrap()
                .starts_with("HTTP/1.1 404"),
            "{name}"
        );
    }
    get(&server, "localhost", &both[..1]).unwrap();
    let requests = server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            (
                request.tls_version.as_deref().unwrap(),
                request.sni.as_deref(),
            )
        })
        .collect();
    assert_eq!(seen[1], ("TLSv1.3", Some("bucket.localhost")));
    assert_eq!(seen[4], ("TLSv1.3", None));
    assert_eq!(seen[6], ("TLSv1.2", Some("localhost")));
}

#[test]
fn limited_versions() {
    let only = |version| {
        Server::start(Options {
            tls_versions: (version, version),
            ..Options::default()
        })
        .unwrap()
    };
    let (old, new) = ([&rustls::version::TLS12], [&rustls::version::TLS13]);
    let server = only(TlsVersion::V1_2);
    assert!(get(&server, "localhost", &old).is_ok() && get(&server, "localhost", &new).is_err());
    let server = only(TlsVersion::V1_3);
    assert!(get(&server, "localhost", &new).is_ok() && get(&server, "localhost", &old).is_err());
}

#[test]
fn who_trusts_the_ca_of_a_directory_trusts_the_next_start() {
    let dir = support::TempDir::new("trust");
    let start = || {
        Server::start(Options {
            dir: Some(dir.0.clone()),
            ..Options::default()
        })
        .unwrap()
    };
    let first = start().ca_pem().to_owned();
    let server = start();
    let answer = get_trusting(&first, &server, "localhost", rustls::ALL_VERSIONS).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[test]
fn a_certificate_of_ones_own_is_shown() {
    let dir = support::TempDir::new("own-certificate");
    let make = |name: &str| {
        let made = rcgen::generate_simple_self_signed(["oss.example.net".to_owned()]).unwrap();
        let (cert, key) = (format!("{name}.pem"), format!("{name}-key.pem"));
        std::fs::write(dir.0.join(&cert), made.cert.pem()).unwrap();
        std::fs::write(dir.0.join(&key), made.signing_key.serialize_pem()).unwrap();
        (dir.0.join(cert), dir.0.join(key))
    };
    let start = |certificate| {
        Server::start(Options {
            certificate: Some(certificate),
            ..Options::default()
        })
    };
    let (cert, key) = make("one");
    let pem = std::fs::read_to_string(&cert).unwrap();
    let server = start((cert.clone(), key.clone())).unwrap();
    let get = |name| get_trusting(&pem, &server, name, rustls::ALL_VERSIONS);
    assert!(get("oss.example.net").unwrap().starts_with("HTTP/1.1 404"));
    assert!(get("localhost").is_err(), "it has another name");
    let of_the_ca = get_trusting(
        server.ca_pem(),
        &server,
        "oss.example.net",
        rustls::ALL_VERSIONS,
    );
    assert!(of_the_ca.is_err());

    let (_, other_key) = make("two");
    let empty = dir.0.join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for (cert, key, named) in [
        (&cert, &other_key, "two-key.pem"),
        (&empty, &key, "empty.pem"),
        (&cert, &empty, "empty.pem"),
        (&cert, &dir.0.join("none.pem"), "none.pem"),
    ] {
        let error = start((cert.clone(), key.clone())).unwrap_err().to_string();
        assert!(error.contains(named), "{named}: {error}");
    }
}
