//! Faults on demand: rules that match requests and say what goes wrong with them.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Which requests, how often, and what happens to them. Every condition that is given must hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    pub bucket: Option<String>,
    #[serde(default)]
    pub key_prefix: Option<String>,
    /// A piece of the raw query.
    #[serde(default)]
    pub query_contains: Option<String>,
    /// Official name, e.g. `UploadPart`.
    #[serde(default)]
    pub operation: Option<String>,
    /// Matching requests to let pass first.
    #[serde(default)]
    pub skip: u32,
    /// Requests to hit; after that the rule is spent.
    #[serde(default = "once")]
    pub times: u32,
    pub action: Action,
    /// Further actions on the same request, e.g. a delay before a status.
    #[serde(default)]
    pub also: Vec<Action>,
}

fn once() -> u32 {
    1
}

impl Rule {
    /// Hits the next request, whatever it is.
    pub fn new(action: Action) -> Rule {
        Rule {
            method: None,
            bucket: None,
            key_prefix: None,
            query_contains: None,
            operation: None,
            skip: 0,
            times: 1,
            action,
            also: Vec::new(),
        }
    }

    pub fn method(mut self, method: impl Into<String>) -> Rule {
        self.method = Some(method.into());
        self
    }

    pub fn bucket(mut self, bucket: impl Into<String>) -> Rule {
        self.bucket = Some(bucket.into());
        self
    }

    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Rule {
        self.key_prefix = Some(prefix.into());
        self
    }

    pub fn query_contains(mut self, piece: impl Into<String>) -> Rule {
        self.query_contains = Some(piece.into());
        self
    }

    pub fn operation(mut self, name: impl Into<String>) -> Rule {
        self.operation = Some(name.into());
        self
    }

    pub fn skip(mut self, skip: u32) -> Rule {
        self.skip = skip;
        self
    }

    pub fn times(mut self, times: u32) -> Rule {
        self.times = times;
        self
    }

    /// One more action on the same request.
    pub fn and(mut self, action: Action) -> Rule {
        self.also.push(action);
        self
    }
}

/// What goes wrong. In JSON: `{"type": "delay", "ms": 500}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Another answer instead of the operation.
    Status(Status),
    /// RST instead of an answer, after so many bytes of the request's body.
    Reset {
        #[serde(default)]
        after_bytes: u64,
    },
    /// FIN instead of an answer, after so many bytes of the request's body.
    Close {
        #[serde(default)]
        after_bytes: u64,
    },
    /// Waits before the operation is carried out.
    Delay { ms: u64 },
    /// Waits until so many requests wait like this, before the operation is carried out: they are here all at once, however
    /// slow the machine is.
    Gather { requests: u64 },
    /// Carries the operation out, sends the answer's head and waits before its body.
    DelayBody { ms: u64 },
    /// Sends so many bytes of the answer's body, then nothing until the client goes away.
    StallResponse {
        #[serde(default)]
        after_bytes: u64,
    },
    /// Reads so many bytes of the request's body, then nothing until the client goes away.
    StallRequest {
        #[serde(default)]
        after_bytes: u64,
    },
    /// Sends the answer's body in small pieces at this speed.
    Slow { bytes_per_sec: u64 },
    /// Closes in the middle of the answer's body; `Content-Length` promised more.
    CutBody {
        after_bytes: u64,
        /// RST instead of FIN.
        #[serde(default)]
        reset: bool,
    },
    /// Flips one bit of the answer's body (of the byte at `at`); all headers stay right.
    CorruptBody {
        #[serde(default)]
        at: u64,
    },
    /// A wrong `x-oss-hash-crc64ecma`.
    WrongCrc,
    /// No `x-oss-hash-crc64ecma`.
    OmitCrc,
    /// The server's clock is wrong by so much for this request.
    SkewClock { seconds: i64 },
    /// Closes after this answer without saying so.
    CloseIdle,
    /// More headers on the answer; they replace those of the same name.
    ExtraHeaders { headers: Vec<(String, String)> },
    /// Carries the operation out, then RST instead of the answer.
    StoreThenReset,
    /// Sends the answer chunked, without `Content-Length`.
    Chunked,
    /// 307 to another place.
    Redirect {
        location: String,
        #[serde(default = "temporary_redirect")]
        status: u16,
    },
}

fn temporary_redirect() -> u16 {
    307
}

/// See [`Action::Status`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Status {
    pub status: u16,
    /// Empty: the usual one for the status.
    pub code: String,
    /// Empty: the usual one for the status.
    pub message: String,
    pub ec: Option<String>,
    pub headers: Vec<(String, String)>,
    /// Sent as it is instead of the XML.
    pub raw_body: Option<String>,
    /// Answers without reading the request's body, then closes.
    pub early: bool,
    /// RST right after the answer.
    pub then_reset: bool,
}

impl Default for Status {
    fn default() -> Status {
        Status {
            status: 503,
            code: String::new(),
            message: String::new(),
            ec: None,
            headers: Vec::new(),
            raw_body: None,
            early: false,
            then_reset: false,
        }
    }
}

/// Status, code, and message of errors as the service has them most often.
const USUAL: [(u16, &str, &str); 13] = [
    (
        400,
        "InvalidArgument",
        "The argument you specified is not valid.",
    ),
    (
        403,
        "AccessDenied",
        "You have no right to access this object.",
    ),
    (404, "NoSuchKey", "The specified key does not exist."),
    (
        405,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
    ),
    (
        408,
        "RequestTimeout",
        "Your socket connection to the server was not read from or written to within the timeout period.",
    ),
    (
        409,
        "FileAlreadyExists",
        "The object you specified already exists and can not be overwritten.",
    ),
    (
        411,
        "MissingContentLength",
        "You must provide the Content-Length HTTP header.",
    ),
    (
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.",
    ),
    (
        416,
        "InvalidRange",
        "The requested range cannot be satisfied.",
    ),
    (429, "TooManyRequests", "Please reduce your request rate."),
    (
        500,
        "InternalError",
        "We encountered an internal error. Please try again.",
    ),
    (
        501,
        "NotImplemented",
        "A header you provided implies functionality that is not implemented.",
    ),
    (
        503,
        "ServiceUnavailable",
        "Please reduce your request rate.",
    ),
];

impl Status {
    /// Code and message, the usual ones where none are given.
    pub fn texts(&self) -> (String, String) {
        let usual = USUAL.iter().find(|(status, ..)| *status == self.status);
        let (code, message) = match usual {
            Some((_, code, message)) => (*code, *message),
            None if self.status >= 500 => ("InternalError", "The server failed on demand."),
            None => ("InvalidRequest", "The request was refused on demand."),
        };
        let or = |given: &str, usual: &str| if given.is_empty() { usual } else { given }.to_owned();
        // Whoever names a code of their own is not told something else by the message.
        let message = if self.code.is_empty() || self.code == code {
            message
        } else {
            "Failed on demand."
        };
        (or(&self.code, code), or(&self.message, message))
    }

    pub fn new(status: u16, code: impl Into<String>) -> Status {
        Status {
            status,
            code: code.into(),
            ..Status::default()
        }
    }
}

/// Requests that wait for each other; see [`Action::Gather`].
#[derive(Debug, Default)]
pub struct Gathering(watch::Sender<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    requests: u64,
    /// How often all have come that were waited for.
    completed: u64,
}

impl Gathering {
    pub async fn join(&self, requests: u64) {
        let mut before = 0;
        self.0.send_modify(|waiting| {
            before = waiting.completed;
            waiting.requests += 1;
            if waiting.requests >= requests {
                waiting.requests = 0;
                waiting.completed += 1;
            }
        });
        let mut waiting = self.0.subscribe();
        // Fails only when the sender is gone, which is `self`.
        let _ = waiting.wait_for(|now| now.completed > before).await;
    }
}

/// What a rule looks at.
pub struct Seen<'a> {
    pub method: &'a str,
    pub bucket: Option<&'a str>,
    pub key: &'a [u8],
    pub target: &'a [u8],
    pub operation: &'a str,
}

#[derive(Debug, Default)]
pub struct Rules(Mutex<Vec<Rule>>);

impl Rules {
    pub fn add(&self, rule: Rule) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(rule);
    }

    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    pub fn all(&self) -> Vec<Rule> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The actions for a request: those of the first rule that is due, so that rules added in a row hit requests in a row.
    pub fn take(&self, seen: &Seen<'_>) -> Vec<Action> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut actions = Vec::new();
        for rule in rules.iter_mut().filter(|rule| rule.matches(seen)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                actions.push(rule.action.clone());
                actions.extend(rule.also.iter().cloned());
                break;
            }
        }
        rules.retain(|rule| rule.times > 0);
        actions
    }
}

impl Rule {
    fn matches(&self, seen: &Seen<'_>) -> bool {
        let query = seen
            .target
            .iter()
            .position(|&byte| byte == b'?')
            .map_or(&[][..], |at| &seen.target[at + 1..]);
        self.method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(seen.method))
            && self
                .bucket
                .as_ref()
                .is_none_or(|bucket| Some(bucket.as_str()) == seen.bucket)
            && self
                .key_prefix
                .as_ref()
                .is_none_or(|prefix| seen.key.starts_with(prefix.as_bytes()))
            && self
                .query_contains
                .as_ref()
                .is_none_or(|piece| String::from_utf8_lossy(query).contains(piece.as_str()))
            && self
                .operation
                .as_ref()
                .is_none_or(|name| name.eq_ignore_ascii_case(seen.operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        let rules = Rules::default();
        rules.add(
            Rule::new(Action::WrongCrc)
                .method("put")
                .key_prefix("a")
                .skip(1)
                .times(2),
        );
        let take = |method, key: &str| {
            rules
                .take(&Seen {
                    method,
                    bucket: Some("b"),
                    key: key.as_bytes(),
                    target: b"/?x",
                    operation: "PutObject",
                })
                .len()
        };
        assert_eq!(
            [
                take("GET", "a"),
                take("PUT", "b"),
                take("PUT", "ab"),
                take("PUT", "a"),
                take("PUT", "a"),
                take("PUT", "a")
            ],
            [0, 0, 0, 1, 1, 0]
        );
        assert!(rules.all().is_empty());
    }

    #[test]
    fn json() {
        let rule: Rule = serde_json::from_str(
            r#"{"times": 3, "action": {"type": "status", "status": 500, "code": "InternalError"}}"#,
        )
        .unwrap();
        assert!(matches!(
            rule.action,
            Action::Status(Status {
                status: 500,
                early: false,
                ..
            })
        ));
        let rule: Rule = serde_json::from_str(r#"{"action": {"type": "close_idle"}}"#).unwrap();
        assert!(matches!(rule.action, Action::CloseIdle));
        assert!(serde_json::from_str::<Rule>(r#"{"actions": 1}"#).is_err());
    }
}
