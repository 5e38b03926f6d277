//! HTTP proxies: forwarding for http, tunnels for https, with a password, and the environment.

mod peer;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use alioss::{Bucket, Config, Kind, Options};
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Server};

use peer::{Peer, read_head};

/// "user:p@ss" as Basic credentials.
const AUTHORIZATION: &str = "proxy-authorization: basic dxnlcjpwqhnz";

/// A proxy that wants a password, and the first line of every request it saw.
fn proxy() -> (Peer, Arc<Mutex<Vec<String>>>) {
    proxy_that_says("HTTP/1.1 200 Connection established\r\n\r\n")
}

/// The same, which says this when a tunnel is open.
fn proxy_that_says(opened: &'static str) -> (Peer, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let peer = Peer::start(move |mut client| {
        let head = read_head(&mut client);
        let line = head.lines().next().unwrap_or_default().to_owned();
        log.lock().unwrap().push(line.clone());
        if !head.to_lowercase().contains(AUTHORIZATION) {
            let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            client.write_all(refusal.as_bytes()).unwrap();
            return;
        }
        let target = line.split(' ').nth(1).unwrap();
        match target.strip_prefix("http://") {
            Some(rest) => {
                let (host, path) = rest.split_at(rest.find('/').unwrap());
                let mut server = TcpStream::connect(host).unwrap();
                let head = head.replacen(target, path, 1);
                let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
                server.write_all(head.as_bytes()).unwrap();
                splice(client, server);
            }
            None => {
                let server = TcpStream::connect(target).unwrap();
                client.write_all(opened.as_bytes()).unwrap();
                splice(client, server);
            }
        }
    });
    (peer, seen)
}

/// Copies both ways until both ends have closed.
fn splice(client: TcpStream, server: TcpStream) {
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(got @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..got]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    };
    let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || copy(back.0, back.1));
    copy(client, server);
}

fn config(endpoint: &str, server: &Server) -> Config {
    let mut config = Config::new();
    config
        .endpoint(endpoint)
        .region("cn-hangzhou")
        .keys(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None)
        .ca_file(server.ca_file())
        .attempts(1);
    config
}

fn put(config: &Config) -> alioss::Result<()> {
    let bucket = Bucket::new(config, "examplebucket")?;
    bucket.put_bucket(&Options::new())?;
    bucket.put_object("dir/a b", &vec![7; 300_000], &Options::new())?;
    let mut buffer = vec![0; 300_000];
    let (_, length) = bucket.get_object_to_buffer("dir/a b", &mut buffer, &Options::new())?;
    assert_eq!((length, buffer[0]), (300_000, 7));
    Ok(())
}

#[test]
fn http_is_forwarded_and_https_tunnelled() {
    let server = Server::start(oss_local::Options::default()).unwrap();
    for endpoint in [server.endpoint(), server.https_endpoint()] {
        let (proxy, seen) = proxy();
        let mut config = config(&endpoint, &server);
        config.proxy(&format!("http://user:p%40ss@127.0.0.1:{}", proxy.port()));
        put(&config).unwrap();
        let seen = seen.lock().unwrap();
        if endpoint.starts_with("https") {
            let tunnel = format!(
                "CONNECT {} HTTP/1.1",
                endpoint.trim_start_matches("https://")
            );
            assert_eq!(*seen, [tunnel]);
        } else {
            let forwarded = format!("PUT {endpoint}/examplebucket/dir/a%20b HTTP/1.1");
            assert!(seen.contains(&forwarded), "{seen:?}");
        }
    }
    // The password was the proxy's business alone.
    assert!(
        server
            .requests()
            .iter()
            .all(|r| r.tls_version.is_none() || r.header("proxy-authorization").is_none())
    );
}

#[test]
fn a_tunnel_is_open_however_the_lines_of_its_answer_end() {
    let server = Server::start(oss_local::Options::default()).unwrap();
    for opened in [
        "HTTP/1.0 200 OK\n\n",
        "HTTP/1.1 200 OK\nvia: a\n\r\n",
        "HTTP/1.1 100 Continue\n\nHTTP/1.1 200\r\nvia: a\r\n\n",
    ] {
        let (proxy, _) = proxy_that_says(opened);
        let mut config = config(&server.https_endpoint(), &server);
        config
            .proxy(&format!("http://user:p%40ss@127.0.0.1:{}", proxy.port()))
            .connect_timeout(std::time::Duration::from_secs(20));
        put(&config).unwrap_or_else(|error| panic!("{opened:?}: {error}"));
    }
}

#[test]
fn a_wrong_password_is_explained() {
    let server = Server::start(oss_local::Options::default()).unwrap();
    let (proxy, _) = proxy();
    let mut config = config(&server.https_endpoint(), &server);
    config.proxy(&format!("http://user:wrong@127.0.0.1:{}", proxy.port()));
    let error = put(&config).unwrap_err();
    assert_eq!(error.kind(), Kind::Network);
    assert!(error.to_string().contains("407"), "{error}");
    assert!(!error.to_string().contains("wrong"), "{error}");
    assert!(server.requests().is_empty());
}

/// Whatever proxies this machine has are not for the program.
fn without_proxies(program: &mut Command) {
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        program
            .env_remove(name)
            .env_remove(name.to_ascii_lowercase());
    }
}

#[test]
fn what_a_proxy_says_is_one_bounded_line() {
    let server = Server::start(oss_local::Options::default()).unwrap();
    let rude = Peer::start(|mut client| {
        read_head(&mut client);
        let answer = format!(
            "HTTP/1.1 403 no\u{1b}[31m\rforged {}\r\n\r\n",
            "x".repeat(5000)
        );
        client.write_all(answer.as_bytes()).unwrap();
    });
    let mut config = config(&server.https_endpoint(), &server);
    config.proxy(&format!("http://127.0.0.1:{}", rude.port()));
    let error = put(&config).unwrap_err().to_string();
    assert!(
        error.contains("HTTP/1.1 403 no\\u{1b}[31m\\rforged xxx"),
        "{error}"
    );
    assert!(error.len() < 400, "{error}");
}

#[test]
fn a_proxy_whose_name_leads_nowhere_is_called_one() {
    let server = Server::start(oss_local::Options::default()).unwrap();
    let mut config = config("https://localhost", &server);
    config.proxy("http://none.invalid:3128").attempts(1);
    let error = put(&config).unwrap_err();
    let begin = "proxy none.invalid:3128: cannot resolve none.invalid: ";
    assert!(error.to_string().starts_with(begin), "{error}");
}

/// A variable for the other scheme is not asked for anything, and an error names the one that is.
#[test]
fn only_the_variable_for_the_scheme_has_to_be_right() {
    const NAME: &str = "only_the_variable_for_the_scheme_has_to_be_right";
    if let Ok(endpoint) = std::env::var("ALIOSS_TEST_ENDPOINT") {
        let mut config = Config::new();
        config
            .endpoint(&endpoint)
            .region("cn-hangzhou")
            .keys(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None)
            .proxy_from_env(true);
        let made = Bucket::new(&config, "examplebucket").map(drop);
        match std::env::var("ALIOSS_TEST_WORDS") {
            Ok(words) => assert!(made.unwrap_err().to_string().starts_with(&words)),
            Err(_) => made.unwrap(),
        }
        return;
    }
    let good = "http://127.0.0.1:7890";
    let socks = "socks5://127.0.0.1:7890";
    for (scheme, variable, words) in [
        (
            "http",
            ("HTTP_PROXY", " "),
            Some("`ALL_PROXY`: only http://"),
        ),
        ("https", ("HTTPS_PROXY", good), None),
        (
            "http",
            ("HTTPS_PROXY", good),
            Some("`ALL_PROXY`: only http://"),
        ),
        (
            "https",
            ("https_proxy", socks),
            Some("`https_proxy`: only http://"),
        ),
        ("http", ("http_proxy", " http://127.0.0.1:7890\t"), None),
    ] {
        let mut again = Command::new(std::env::current_exe().unwrap());
        without_proxies(&mut again);
        again
            .args([NAME, "--exact"])
            .env(
                "ALIOSS_TEST_ENDPOINT",
                format!("{scheme}://oss.example.com"),
            )
            .env("ALL_PROXY", socks)
            .env(variable.0, variable.1)
            .envs(words.map(|words| ("ALIOSS_TEST_WORDS", words)));
        let output = again.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{scheme} {variable:?}: {said}");
    }
}

/// The environment belongs to a process, so this test runs itself again with another one.
#[test]
fn the_environment_is_asked_only_when_wanted() {
    if let Ok(wanted) = std::env::var("ALIOSS_TEST_PROXY_FROM_ENV") {
        let mut config = Config::new();
        config
            .endpoint(&std::env::var("ALIOSS_TEST_ENDPOINT").unwrap())
            .region("cn-hangzhou")
            .keys(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None)
            .proxy_from_env(wanted == "1");
        put(&config).unwrap();
        return;
    }
    let server = Server::start(oss_local::Options::default()).unwrap();
    for (wanted, no_proxy, cgi, expected) in [
        ("1", "", false, true),
        ("0", "", false, false),
        ("1", "example.com,127.0.0.0/8", false, false),
        // The visitor of a CGI program would choose the proxy.
        ("1", "", true, false),
    ] {
        let (proxy, seen) = proxy();
        let mut again = Command::new(std::env::current_exe().unwrap());
        without_proxies(&mut again);
        let status = again
            .args(["the_environment_is_asked_only_when_wanted", "--exact"])
            .env("ALIOSS_TEST_PROXY_FROM_ENV", wanted)
            .env("ALIOSS_TEST_ENDPOINT", server.endpoint())
            .env(
                "HTTP_PROXY",
                format!("http://user:p%40ss@127.0.0.1:{}", proxy.port()),
            )
            .env("NO_PROXY", no_proxy)
            .envs(cgi.then_some(("REQUEST_METHOD", "GET")))
            .output()
            .unwrap();
        assert!(
            status.status.success(),
            "{}",
            String::from_utf8_lossy(&status.stdout)
        );
        assert_eq!(
            !seen.lock().unwrap().is_empty(),
            expected,
            "{wanted} {no_proxy}"
        );
    }
}
