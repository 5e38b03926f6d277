//! `insecure_skip_verify` means skip: also what no verifier could read, such as X.509 version 1 and short keys.

mod peer;

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use alioss::{Bucket, Config, Kind, Options};

/// A server that is stopped with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {said}");
}

fn serve(folder: &Path, port: u16) -> Running {
    let server = Command::new("openssl")
        .args([
            "s_server",
            "-quiet",
            "-www",
            "-cipher",
            "DEFAULT@SECLEVEL=0",
        ])
        .args(["-key", "key.pem", "-cert", "cert.pem", "-accept"])
        .arg(format!("127.0.0.1:{port}"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(Running)
        .unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "openssl s_server does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

#[test]
fn what_is_skipped_is_not_even_read() {
    let folder = peer::folder("weak_certificates");
    openssl(&folder, "genrsa -out key.pem 1024");
    openssl(
        &folder,
        "req -new -key key.pem -subj /CN=localhost -out request.pem",
    );
    // Without extensions this makes version 1.
    openssl(
        &folder,
        "x509 -req -in request.pem -signkey key.pem -days 10 -out cert.pem",
    );
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let _server = serve(&folder, port);
    let get = |skip: bool| {
        let mut config = Config::new();
        config
            .endpoint(&format!("https://127.0.0.1:{port}"))
            .region("cn-hangzhou")
            .keys("id", "secret", None)
            .attempts(1)
            .insecure_skip_verify(skip);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let answer = bucket.get_object("a", &Options::new());
        let error = answer.err().unwrap();
        (error.kind(), error.to_string())
    };
    let (kind, words) = get(false);
    assert_eq!(kind, Kind::Network, "{words}");
    // The handshake went well: what speaks there is not OSS.
    let (kind, words) = get(true);
    assert_eq!(kind, Kind::BadResponse, "{words}");
}
