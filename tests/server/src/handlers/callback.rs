//! Upload callbacks: after an upload the service calls a URL and hands its answer on.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::callee;
use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::percent;
use crate::store::Version;
use crate::xml;

/// So many addresses are tried, one after the other.
const MOST_URLS: usize = 5;

/// Bytes of `callback-var`.
const LONGEST_VARIABLES: usize = 5 * 1024;

pub struct Callback {
    urls: Vec<String>,
    host: Option<String>,
    body: String,
    json: bool,
    /// Whether TLS names the host.
    server_name: bool,
    variables: HashMap<String, String>,
}

fn invalid(what: &str) -> ApiError {
    ApiError::argument("callback", what, "The callback configuration is not valid.")
}

fn parse(text: &str) -> Option<Value> {
    serde_json::from_slice(&crate::unbase64(text)?).ok()
}

/// Callback and variables that the bucket has under this name.
fn of_policy(exchange: &Exchange, name: &str) -> Result<(String, Option<String>)> {
    let bucket = exchange.bucket()?;
    let document = bucket
        .lock()
        .settings
        .documents
        .get("callbackPolicy")
        .cloned();
    let root = document.and_then(|text| xml::parse(text.as_bytes()).ok());
    let item = root.as_ref().and_then(|root| {
        let mut items = root.all("PolicyItem");
        items.find(|item| item.get("PolicyName") == Some(name))
    });
    let text = |field: &str| item.and_then(|item| item.get(field)).map(str::to_owned);
    match text("Callback") {
        Some(callback) => Ok((callback, text("CallbackVar"))),
        None => Err(ApiError::new(
            404,
            "BucketCallbackPolicyNotExist",
            "The bucket has no callback of that name.",
        )
        .detail("PolicyName", name)),
    }
}

/// Whether a URL names a host: one of several words, an address, or this machine, with a port that is a number.
fn is_address(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, "80"),
    };
    (host == "localhost" || host.contains(['.', '['])) && port.parse::<u16>().is_ok()
}

fn failed(reason: impl Into<String>) -> ApiError {
    ApiError::new(203, "CallbackFailed", reason).ec("0007-00000203")
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
            .map(|callback| Callback::new(exchange, &callback, variables.as_deref()))
            .transpose()
    }

    /// From base64 JSON, which may also name one of the callbacks that the bucket has by a policy.
    pub fn new(exchange: &Exchange, callback: &str, variables: Option<&str>) -> Result<Callback> {
        let value = parse(callback).ok_or_else(|| invalid("not base64 JSON"))?;
        let mut read = match value["callbackPolicy"].as_str() {
            None => Callback::read(&value)?,
            Some(name) => {
                let (callback, variables) = of_policy(exchange, name)?;
                let value = parse(&callback).ok_or_else(|| invalid("not base64 JSON"))?;
                let mut read = Callback::read(&value)?;
                read.add_variables(variables.as_deref())?;
                read
            }
        };
        read.add_variables(variables)?;
        Ok(read)
    }

    fn read(value: &Value) -> Result<Callback> {
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
        if urls.len() > MOST_URLS {
            return Err(invalid("callbackUrl has more than 5 addresses"));
        }
        if let Some(url) = urls.iter().find(|url| !is_address(url)) {
            return Err(invalid(&format!("{url} is not an address")));
        }
        let host = text("callbackHost").filter(|host| !host.is_empty());
        // Both become lines of the head of a request, and must not bring more lines.
        let breaks = |text: &String| text.contains(|c: char| c.is_control() || c == ' ');
        if urls.iter().chain(&host).any(breaks) {
            return Err(invalid(
                "callbackUrl and callbackHost have no spaces and no control characters",
            ));
        }
        if body.contains("$(") {
            return Err(invalid("variables in callbackBody are written ${name}"));
        }
        let json = match text("callbackBodyType").as_deref() {
            None | Some("" | "application/x-www-form-urlencoded") => false,
            Some("application/json") => true,
            Some(other) => return Err(invalid(other)),
        };
        Ok(Callback {
            urls,
            host,
            body,
            json,
            server_name: value["callbackSNI"] == true,
            variables: HashMap::new(),
        })
    }

    /// From base64 JSON.
    fn add_variables(&mut self, text: Option<&str>) -> Result<()> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(());
        };
        if text.len() > LONGEST_VARIABLES {
            return Err(invalid("callback-var has more than 5 KB"));
        }
        let Some(Value::Object(map)) = parse(text) else {
            return Err(invalid("callback-var is not a base64 JSON object"));
        };
        for (name, value) in map {
            let text = value.as_str();
            let text = text.map_or_else(|| value.to_string(), str::to_owned);
            self.variables.insert(name, text);
        }
        Ok(())
    }

    pub fn add_variable(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Calls, and turns the answer for the upload into the one for the callback.
    pub async fn run(&self, exchange: &Exchange, version: &Version, stored: Answer) -> Answer {
        let body = self.fill(exchange, version);
        let mut failed = self::failed("There is nobody to call.");
        for url in &self.urls {
            let request = callee::Request {
                url,
                host: self.host.as_deref(),
                kind: if self.json {
                    "application/json"
                } else {
                    "application/x-www-form-urlencoded"
                },
                body: &body,
                server_name: self.server_name,
            };
            let call = tokio::time::timeout(Duration::from_secs(5), callee::post(&request));
            match call.await {
                Ok(Ok((status, content))) if (200..300).contains(&status) => {
                    let mut answer = stored;
                    answer.set("content-type", "application/json");
                    return answer.bytes(content);
                }
                Ok(Ok((status, _))) => failed = self::failed(format!("Error status : {status}.")),
                // Like a gateway that reaches nobody; why, in words of this server.
                Ok(Err(error)) => {
                    failed = self::failed("Error status : 502.").detail("ErrorDetail", error);
                }
                Err(_) => failed = self::failed("Callback timeout."),
            }
        }
        let mut answer = failed.answer(&exchange.request_id, &exchange.head.host, false);
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
            "clientIp" => exchange.client.to_string(),
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
}
