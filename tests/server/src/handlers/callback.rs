//! Upload callbacks: after an upload the service calls a URL and hands its answer on.
//!
//! Only addresses of this machine are called: a test server must not talk to strangers.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::percent;
use crate::store::Version;

pub struct Callback {
    urls: Vec<String>,
    host: Option<String>,
    body: String,
    json: bool,
    variables: HashMap<String, String>,
}

impl Callback {
    /// What the request asks for, by header or parameter.
    pub fn of(exchange: &Exchange) -> Result<Option<Callback>> {
        let head = &exchange.head;
        let callback = head
            .header("x-oss-callback")
            .or_else(|| head.query.get("callback"));
        let variables = head
            .header("x-oss-callback-var")
            .or_else(|| head.query.get("callback-var"));
        callback
            .map(|callback| Callback::new(&callback, variables.as_deref()))
            .transpose()
    }

    /// From base64 JSON.
    pub fn new(callback: &str, variables: Option<&str>) -> Result<Callback> {
        let invalid = |what: &str| {
            ApiError::argument("callback", what, "The callback configuration is not valid.")
        };
        let parse =
            |text: &str| -> Option<Value> { serde_json::from_slice(&crate::unbase64(text)?).ok() };
        let value = parse(callback).ok_or_else(|| invalid("not base64 JSON"))?;
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let urls: Vec<String> = text("callbackUrl")
            .unwrap_or_default()
            .split(';')
            .map(str::trim)
            .filter(|url| !url.is_empty())
            .map(str::to_owned)
            .collect();
        let body = text("callbackBody")
            .filter(|body| !body.is_empty())
            .ok_or_else(|| invalid("callbackBody is missing"))?;
        if urls.is_empty() {
            return Err(invalid("callbackUrl is missing"));
        }
        let json = match text("callbackBodyType").as_deref() {
            None | Some("" | "application/x-www-form-urlencoded") => false,
            Some("application/json") => true,
            Some(other) => return Err(invalid(other)),
        };
        let variables = match variables {
            None => HashMap::new(),
            Some(text) => match parse(text) {
                Some(Value::Object(map)) => map
                    .into_iter()
                    .map(|(name, value)| {
                        (
                            name,
                            value
                                .as_str()
                                .map_or_else(|| value.to_string(), str::to_owned),
                        )
                    })
                    .collect(),
                _ => return Err(invalid("callback-var is not a base64 JSON object")),
            },
        };
        Ok(Callback {
            urls,
            host: text("callbackHost").filter(|host| !host.is_empty()),
            body,
            json,
            variables,
        })
    }

    pub fn add_variable(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Calls, and turns the answer for the upload into the one for the callback.
    pub async fn run(&self, exchange: &Exchange, version: &Version, stored: Answer) -> Answer {
        let body = self.fill(exchange, version);
        let mut reason = String::new();
        for url in &self.urls {
            let call = tokio::time::timeout(Duration::from_secs(5), self.call(url, &body));
            match call.await {
                Ok(Ok((status, content))) if (200..300).contains(&status) => {
                    let mut answer = stored;
                    answer.set("content-type", "application/json");
                    return answer.bytes(content);
                }
                Ok(Ok((status, _))) => reason = format!("Error status : {status}."),
                Ok(Err(error)) => reason = error,
                Err(_) => reason = "Callback timeout.".to_owned(),
            }
        }
        let error = ApiError::new(203, "CallbackFailed", reason).ec("0007-00000203");
        let mut answer = error.answer(&exchange.request_id, &exchange.head.host, false);
        answer.headers.extend(
            stored
                .headers
                .into_iter()
                .filter(|(name, _)| name != "content-type"),
        );
        answer
    }

    /// The body with its `${variables}` replaced.
    fn fill(&self, exchange: &Exchange, version: &Version) -> String {
        let known = |name: &str| match name {
            "bucket" => exchange.bucket_name().to_owned(),
            "object" => version.key.clone(),
            "etag" => version.etag.clone(),
            "size" => version.size.to_string(),
            "mimeType" => version
                .header("content-type")
                .unwrap_or_default()
                .to_owned(),
            "crc64" => version.crc.to_string(),
            "contentMd5" => version.md5.clone().unwrap_or_default(),
            "reqId" => exchange.request_id.clone(),
            "operation" => exchange.operation.to_owned(),
            "clientIp" => "127.0.0.1".to_owned(),
            name => self.variables.get(name).cloned().unwrap_or_default(),
        };
        let mut out = String::new();
        let mut rest = self.body.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            let value = known(name);
            out.push_str(&if self.json {
                Value::from(value).to_string()
            } else {
                percent::encode(value)
            });
            rest = behind;
        }
        out + rest
    }

    async fn call(&self, url: &str, body: &str) -> std::result::Result<(u16, Vec<u8>), String> {
        let rest = url
            .strip_prefix("http://")
            .ok_or("only http:// can be called")?;
        let (authority, path) = rest
            .find(['/', '?'])
            .map_or((rest, ""), |at| rest.split_at(at));
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        let (name, port) = match authority.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (
                name,
                port.parse::<u16>()
                    .map_err(|_| "the port is not a number")?,
            ),
            _ => (authority, 80),
        };
        let address: IpAddr = match name.trim_matches(['[', ']']) {
            "localhost" => std::net::Ipv4Addr::LOCALHOST.into(),
            ip => ip
                .parse()
                .map_err(|_| "only addresses of this machine are called")?,
        };
        if !address.is_loopback() {
            return Err("only addresses of this machine are called".to_owned());
        }
        let kind = if self.json {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nUser-Agent: ehttp-client/0.0.1\r\nConnection: close\r\n\r\n{body}",
            self.host.as_deref().unwrap_or(authority),
            body.len()
        );
        let exchange = async {
            let mut stream = TcpStream::connect(SocketAddr::new(address, port)).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut bytes = Vec::new();
            stream.take(4 << 20).read_to_end(&mut bytes).await?;
            Ok::<_, std::io::Error>(bytes)
        };
        let bytes = exchange.await.map_err(|error| error.to_string())?;
        read_answer(&bytes).ok_or_else(|| "the callback answered no HTTP".to_owned())
    }
}

/// Status and body of an answer that was read to its end.
fn read_answer(bytes: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = &bytes[end + 4..];
    if !head.contains("\r\ntransfer-encoding: chunked") {
        return Some((status, body.to_vec()));
    }
    let (mut out, mut rest) = (Vec::new(), body);
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some((status, out));
        }
        out.extend_from_slice(rest.get(line + 2..line + 2 + size)?);
        rest = rest.get(line + 2 + size + 2..)?;
    }
}
