//! What tests of credentials share: servers that answer keys, an OSS that tells which token came, and providers by their text.
#![allow(dead_code)] // each test uses its part

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alioss::credentials::{CredentialsProvider, Recipe};
use alioss::{Bucket, Config, Error, Options, Timestamp};

use crate::peer::{Peer, read_request};

/// What a server says to one request: status, headers, body.
pub type Say = (u16, String, String);

pub fn say(status: u16, body: impl Into<String>) -> Say {
    (status, String::new(), body.into())
}

pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs() as i64
}

pub fn iso(seconds: i64) -> String {
    let text = Timestamp(seconds).iso8601_millis();
    text.replace(".000Z", "Z")
}

/// An answer with keys number `number`, good for `life` seconds.
pub fn keys(number: usize, life: i64) -> String {
    format!(
        r#"{{"Code":"Success","AccessKeyId":"STS.id{number}","AccessKeySecret":"secret{number}","SecurityToken":"token{number}","Expiration":"{}"}}"#,
        iso(now() + life)
    )
}

/// A server that answers what `answer` says of the request's first line and headers.
pub fn http(answer: impl Fn(&str, &str) -> Say + Send + Sync + 'static) -> Peer {
    Peer::start(move |mut stream: TcpStream| {
        while let Some(head) = read_request(&mut stream) {
            let line = head.lines().next().unwrap_or_default().to_owned();
            let (status, headers, body) = answer(&line, &head);
            let answer = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

/// The tokens of the requests that OSS has seen, and what it refuses.
#[derive(Default)]
pub struct Oss {
    pub tokens: Mutex<Vec<String>>,
    pub expired: Mutex<Vec<String>>,
}

impl Oss {
    pub fn start(self: &Arc<Oss>) -> Peer {
        let oss = self.clone();
        http(move |_, head| {
            let token = head
                .lines()
                .find_map(|line| line.strip_prefix("x-oss-security-token: "))
                .unwrap_or_default()
                .to_owned();
            let expired = oss.expired.lock().unwrap().contains(&token);
            oss.tokens.lock().unwrap().push(token);
            let id = "x-oss-request-id: 1\r\n".to_owned();
            if expired {
                let body = "<Error><Code>SecurityTokenExpired</Code><Message>The security token you provided has expired.</Message></Error>";
                return (403, id, body.into());
            }
            (200, id, String::new())
        })
    }

    pub fn tokens(&self) -> Vec<String> {
        self.tokens.lock().unwrap().clone()
    }
}

pub fn bucket(oss: &Peer, provider: Arc<dyn CredentialsProvider>) -> Bucket {
    let mut config = Config::new();
    config
        .endpoint(&oss.endpoint())
        .region("cn-hangzhou")
        .credentials(provider);
    Bucket::new(&config, "examplebucket").unwrap()
}

pub fn provider(text: &str) -> Arc<dyn CredentialsProvider> {
    Recipe::parse(text).unwrap().build().unwrap()
}

pub fn put(bucket: &Bucket) -> Result<u32, Error> {
    let options = Options::new().timeout(Duration::from_secs(20));
    bucket
        .put_object("a.txt", "hello", &options)
        .map(|response| response.attempts())
}

/// A program in `folder` that runs `script` with the shell.
pub fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    let (path, text) = (folder.join(name), folder.join(format!("{name}.sh")));
    std::fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
    // By another process: what this one has open for writing, a fork for another test has, too, and then it cannot be run.
    let mut install = std::process::Command::new("install");
    let installed = install.arg("-m755").args([&text, &path]).status();
    assert!(installed.unwrap().success());
    path
}
