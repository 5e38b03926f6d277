//! The web application of the examples: objects go up and down through it, and half an upload stores nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use super::{RUNTIMES, Scheme, built, environment, server};

/// The web application of the examples as a process of its own, at an address that was free a moment ago.
struct WebApp {
    process: Child,
    address: SocketAddr,
}

impl WebApp {
    fn start(runtime: &str, server: &oss_local::Server) -> WebApp {
        let mut tries = (0..5).filter_map(|_| WebApp::try_start(runtime, server));
        tries.next().expect("none of five ports stayed free")
    }

    /// `None` if somebody else took the port meanwhile.
    fn try_start(runtime: &str, server: &oss_local::Server) -> Option<WebApp> {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut variables = environment(server, Scheme::Http);
        variables.push(("OSS_BUCKET".to_owned(), "examplebucket".to_owned()));
        let mut process = Command::new(built().join(runtime))
            .args(["WebApp", &format!("http://{address}/")])
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.as_mut().unwrap();
        BufReader::with_capacity(1, output)
            .read_line(&mut line)
            .unwrap();
        if line != format!("listening at http://{address}/\n") {
            eprintln!("{runtime} at {address}: {line:?}");
            let _ = process.kill();
            process.wait().unwrap();
            return None;
        }
        Some(WebApp { process, address })
    }

    /// Sends a request with `length` in its head, and then the body; all that comes back, once the body is sent.
    fn ask(&self, method: &str, key: &str, body: &[u8], length: usize) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let head = format!(
            "{method} /{key} HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\nContent-Type: text/x-a\r\n\
             Connection: close\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        if body.len() == length {
            stream.read_to_end(&mut answer).unwrap();
        }
        answer
    }

    /// Ends it as its user would; what it printed.
    fn stop(mut self) -> String {
        drop(self.process.stdin.take());
        let output = self.process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

#[test]
fn objects_go_through_the_web_app() {
    let content: Vec<u8> = (0..3_000_000u32).map(|index| (index % 251) as u8).collect();
    for runtime in RUNTIMES {
        let server = server();
        let app = WebApp::start(runtime, &server);
        let stored = app.ask("PUT", "large%20one", &content, content.len());
        assert!(stored.starts_with(b"HTTP/1.1 201 "), "{stored:?}");
        let got = app.ask("GET", "large%20one", b"", 0);
        let head = String::from_utf8_lossy(&got[..got.len().min(1000)]).into_owned();
        assert!(head.starts_with("HTTP/1.1 200 "), "{runtime}: {head}");
        assert!(head.contains("Content-Type: text/x-a\r\n"), "{head}");
        assert!(got.ends_with(&content), "{runtime}: another body");
        let missing = app.ask("GET", "missing", b"", 0);
        assert!(missing.starts_with(b"HTTP/1.1 404 "), "{runtime}");
        // Who goes away in the middle stores nothing.
        app.ask("PUT", "half", &content[..1_000_000], content.len());
        let said = app.stop();
        assert!(said.contains("NotFound: "), "{runtime}: {said}");
        let mut config = alioss::Config::new();
        config.endpoint(&server.endpoint()).region("cn-hangzhou");
        config.keys(oss_local::ACCESS_KEY_ID, oss_local::ACCESS_KEY_SECRET, None);
        let bucket = alioss::Bucket::new(&config, "examplebucket").unwrap();
        let options = alioss::Options::new();
        assert!(bucket.object_exists("large one", &options).unwrap());
        assert!(!bucket.object_exists("half", &options).unwrap());
    }
}
