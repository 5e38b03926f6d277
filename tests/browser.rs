//! The official client for browsers (`ali-oss` of npm) in a real browser, on a page of another origin: what browsers ask of
//! a server beyond the protocol has to be there. The page is `tests/official/browser/page.js`.

#[path = "server/tests/support/chromium.rs"]
mod chromium;
mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use alioss::Bucket;
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Server};
use support::official::prepare;
use support::{root, scratch, server};

const CORS: &str = "<CORSConfiguration><CORSRule><AllowedOrigin>http://127.0.0.1:*</AllowedOrigin>\
    <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>\
    <AllowedMethod>HEAD</AllowedMethod><AllowedMethod>DELETE</AllowedMethod><AllowedHeader>*</AllowedHeader>\
    <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader>\
    <ExposeHeader>x-oss-meta-color</ExposeHeader></CORSRule></CORSConfiguration>";

/// The checks that the page makes.
const CHECKS: usize = 23;

/// The client as one script, from the registry once and then from the target directory.
fn client() -> Vec<u8> {
    let pinned =
        std::fs::read_to_string(root().join("tests/official/browser/ali-oss.txt")).unwrap();
    let (package, integrity) = pinned.trim().split_once(' ').unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package.replace('@', "-"));
    let script = directory.join("package/dist/aliyun-oss-sdk.min.js");
    if !script.is_file() {
        std::fs::create_dir_all(&directory).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["pack", "--json", package])
            .current_dir(&directory);
        let packed = prepare(&mut npm, "npm and a way to its registry");
        assert!(
            packed.contains(integrity),
            "{package} has changed: {packed}"
        );
        let mut tar = Command::new("tar");
        tar.args(["xzf", &format!("{}.tgz", package.replace('@', "-"))])
            .current_dir(&directory);
        prepare(&mut tar, "tar");
    }
    std::fs::read(script).unwrap()
}

/// Serves the page, and passes on what it says in the end.
fn serve(listener: TcpListener, page: String, client: Vec<u8>, said: mpsc::Sender<String>) {
    let script = std::fs::read(root().join("tests/official/browser/page.js")).unwrap();
    for stream in listener.incoming() {
        let Ok(stream) = stream else { return };
        let (page, client, script, said) =
            (page.clone(), client.clone(), script.clone(), said.clone());
        std::thread::spawn(move || {
            let request = read(&stream);
            let (kind, body) = match request.0.split(' ').nth(1) {
                Some("/") => ("text/html", page.into_bytes()),
                Some("/page.js") => ("text/javascript", script),
                Some("/client.js") => ("text/javascript", client),
                Some("/said") => {
                    let _ = said.send(request.1);
                    ("text/plain", Vec::new())
                }
                _ => ("text/plain", Vec::new()),
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let mut stream = stream;
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body));
        });
    }
}

/// The first line of a request, and its body.
fn read(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    let _ = reader.read_line(&mut first);
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|count| count > 2) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    (first, String::from_utf8_lossy(&body).into_owned())
}

/// Ends with this.
struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn browse(url: &str, profile: &Path) -> Browser {
    let words = chromium::program(profile);
    let child = Command::new(&words[0])
        .args(&words[1..])
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Chromium runs");
    Browser(child)
}

fn make_bucket(server: &Server, name: &str) -> Bucket {
    let bucket = Bucket::new(&support::config(&server.endpoint()), name).unwrap();
    bucket.put_bucket(&alioss::Options::new()).unwrap();
    bucket
}

#[test]
fn the_client_for_browsers_works_from_another_origin() {
    let client = client();
    let server = server();
    let open = make_bucket(&server, "open");
    open.invoke("PutBucketCors", None, CORS, &alioss::Options::new())
        .unwrap();
    make_bucket(&server, "closed");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let port = server.http_port();
    let settings = serde_json::json!({
        "endpoint": format!("http://localhost:{port}"),
        "region": format!("oss-{}", server.region()),
        "id": ACCESS_KEY_ID,
        "secret": ACCESS_KEY_SECRET,
        "bucket": "open",
        "closed": "closed",
        "bucketUrl": format!("http://open.localhost:{port}/"),
    });
    let page = format!(
        "<!doctype html><script>window.settings = {settings}</script>\
         <script src=\"/client.js\"></script><script src=\"/page.js\"></script>"
    );
    let (sender, said) = mpsc::channel();
    std::thread::spawn(move || serve(listener, page, client, sender));
    let browser = browse(&origin, &scratch("profile"));
    let said = said
        .recv_timeout(Duration::from_secs(300))
        .expect("the page says how it went");
    drop(browser);
    let end = format!("{CHECKS} checks passed, 0 failed\n");
    assert!(said.ends_with(&end), "{said}");
    // It came from a page: each request had an origin, preflights among them.
    let requests = server.requests();
    let from_page =
        |request: &&oss_local::RequestRecord| request.header("origin") == Some(origin.as_str());
    assert!(requests.iter().filter(from_page).count() > 20);
    assert!(requests.iter().any(|request| request.method == "OPTIONS"));
}
