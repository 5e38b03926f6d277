//! A client that says exactly what it is told to, over a bare socket.

#![allow(dead_code)]

pub mod chromium;
pub mod page;
pub mod program;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oss_local::Server;
use serde_json::Value;

pub fn read_vectors(file: &str) -> Vec<Value> {
    let path = format!("{}/../vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let value: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    value["cases"].as_array().unwrap().clone()
}

pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs() as i64
}

/// Makes the server believe that it is this time.
pub fn clock_skew_to(server: &Server, unix: i64) {
    server.set_clock_skew(unix - now());
}

#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How the connection ended, if not in good order.
    pub error: Option<std::io::ErrorKind>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body, or for answers to HEAD the error from its header.
    pub fn text(&self) -> String {
        use base64::Engine;
        match self.header("x-oss-err") {
            Some(error) => String::from_utf8(
                base64::engine::general_purpose::STANDARD
                    .decode(error)
                    .unwrap(),
            )
            .unwrap(),
            None => String::from_utf8_lossy(&self.body).into_owned(),
        }
    }

    pub fn code(&self) -> String {
        let text = self.text();
        let from = text.find("<Code>").map_or(0, |at| at + 6);
        text[from..]
            .split('<')
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}

pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

/// Sends these bytes and reads until the connection ends.
pub fn raw(port: u16, request: &[u8]) -> Answer {
    let mut stream = connect(port);
    let _ = stream.write_all(request);
    read_to_end(&mut stream)
}

pub fn read_to_end(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let error = stream
        .read_to_end(&mut bytes)
        .err()
        .map(|error| error.kind());
    Answer {
        error,
        ..split(&bytes)
    }
}

/// Reads one answer with a `Content-Length` from a connection that stays open.
pub fn read_one(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut one = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut one).unwrap() == 0 {
            return split(&bytes);
        }
        bytes.push(one[0]);
    }
    let mut answer = split(&bytes);
    let length = answer
        .header("content-length")
        .map_or(0, |text| text.parse().unwrap());
    answer.body = vec![0; length];
    stream.read_exact(&mut answer.body).unwrap();
    answer
}

fn split(bytes: &[u8]) -> Answer {
    let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Answer::default();
    };
    let head = String::from_utf8_lossy(&bytes[..at]);
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Answer {
        status,
        headers,
        body: bytes[at + 4..].to_vec(),
        error: None,
    }
}

/// A small signing client (V1, path style).
#[derive(Clone)]
pub struct Client<'a> {
    pub port: u16,
    pub bucket: String,
    pub id: &'a str,
    pub secret: &'a str,
}

pub type Pairs<'a> = &'a [(&'a str, &'a str)];

impl Client<'_> {
    /// With the usual keys.
    pub fn of<'a>(server: &'a Server, bucket: &str) -> Client<'a> {
        Client {
            port: server.http_port(),
            bucket: bucket.to_owned(),
            id: oss_local::ACCESS_KEY_ID,
            secret: oss_local::ACCESS_KEY_SECRET,
        }
    }

    /// Of a server that is a program of its own.
    pub fn at(port: u16, bucket: &str) -> Client<'static> {
        Client {
            port,
            bucket: bucket.to_owned(),
            id: oss_local::ACCESS_KEY_ID,
            secret: oss_local::ACCESS_KEY_SECRET,
        }
    }

    /// Makes the bucket, too.
    pub fn new<'a>(server: &'a Server, bucket: &str) -> Client<'a> {
        let client = Client::of(server, bucket);
        assert_eq!(client.send("PUT", "", &[], &[], b"").status, 200);
        client
    }

    pub fn put(&self, key: &str, body: &[u8]) -> Answer {
        self.send("PUT", key, &[], &[], body)
    }

    pub fn get(&self, key: &str) -> Answer {
        self.send("GET", key, &[], &[], b"")
    }

    pub fn send(
        &self,
        method: &str,
        key: &str,
        query: Pairs<'_>,
        headers: Pairs<'_>,
        body: &[u8],
    ) -> Answer {
        let mut stream = connect(self.port);
        let mut request = self.head(method, key, query, headers, body.len());
        request.extend_from_slice(body);
        let _ = stream.write_all(&request);
        read_to_end(&mut stream)
    }

    /// Sends on a connection that stays open.
    pub fn send_on(&self, stream: &mut TcpStream, method: &str, key: &str, body: &[u8]) {
        let mut request = self.head(
            method,
            key,
            &[],
            &[("connection", "keep-alive")],
            body.len(),
        );
        request.extend_from_slice(body);
        stream.write_all(&request).unwrap();
    }

    pub fn head(
        &self,
        method: &str,
        key: &str,
        query: Pairs<'_>,
        headers: Pairs<'_>,
        length: usize,
    ) -> Vec<u8> {
        use base64::Engine;
        use hmac::{Hmac, KeyInit, Mac};

        let of = |wanted: &str| {
            headers
                .iter()
                .find(|(name, _)| *name == wanted)
                .map_or("", |(_, value)| value)
        };
        let date = http_date(now());
        let mut signed: Vec<_> = headers
            .iter()
            .filter(|(name, _)| name.starts_with("x-oss-"))
            .collect();
        signed.sort();
        let signed: Vec<String> = signed
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        const UNSIGNED: [&str; 19] = [
            "tag-key",
            "tag-value",
            "prefix",
            "marker",
            "max-keys",
            "delimiter",
            "encoding-type",
            "list-type",
            "start-after",
            "fetch-owner",
            "regions",
            "key-marker",
            "version-id-marker",
            "upload-id-marker",
            "max-uploads",
            "max-parts",
            "part-number-marker",
            "accessmonitor",
            "mode",
        ];
        let mut params: Vec<(&str, &str)> = query
            .iter()
            .copied()
            .filter(|(name, _)| !UNSIGNED.contains(name))
            .collect();
        params.sort();
        let params: Vec<String> = params
            .iter()
            .map(|(name, value)| {
                if value.is_empty() {
                    (*name).to_owned()
                } else {
                    format!("{name}={value}")
                }
            })
            .collect();
        let mark = if params.is_empty() { "" } else { "?" };
        let resource = if self.bucket.is_empty() {
            "/".to_owned()
        } else {
            format!("/{}/{key}", self.bucket)
        };
        let text = format!(
            "{method}\n{}\n{}\n{date}\n{}{resource}{mark}{}",
            of("content-md5"),
            of("content-type"),
            signed.concat(),
            params.join("&")
        );
        let mut mac = Hmac::<sha1::Sha1>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let signature =
            base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());

        let escape = |text: &str| {
            text.bytes()
                .map(|byte| {
                    if byte.is_ascii_alphanumeric() {
                        (byte as char).to_string()
                    } else {
                        format!("%{byte:02X}")
                    }
                })
                .collect::<String>()
        };
        let wire: Vec<String> = query
            .iter()
            .map(|(name, value)| {
                if value.is_empty() {
                    escape(name)
                } else {
                    format!("{}={}", escape(name), escape(value))
                }
            })
            .collect();
        let mark = if wire.is_empty() { "" } else { "?" };
        let path = if self.bucket.is_empty() {
            "/".to_owned()
        } else {
            format!("/{}/{}", self.bucket, escape(key).replace("%2F", "/"))
        };
        let mut head = format!(
            "{method} {path}{mark}{} HTTP/1.1\r\nhost: 127.0.0.1\r\ndate: {date}\r\n",
            wire.join("&")
        );
        head += &format!("authorization: OSS {}:{signature}\r\n", self.id);
        let has = |wanted: &str| headers.iter().any(|(name, _)| *name == wanted);
        let bodiless = method == "GET" || method == "HEAD";
        if !bodiless && !has("content-length") && !has("transfer-encoding") {
            head += &format!("content-length: {length}\r\n");
        }
        if !has("connection") {
            head += "connection: close\r\n";
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        head.into_bytes()
    }
}

pub fn http_date(unix: i64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix as u64))
}

/// The texts of all elements of this name.
pub fn elements(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split(&close).next())
        .map(str::to_owned)
        .collect()
}

/// A directory that goes away again.
pub struct TempDir(pub std::path::PathBuf);

impl TempDir {
    pub fn new(name: &str) -> TempDir {
        let path =
            std::env::temp_dir().join(format!("oss-local-test-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        TempDir(path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
