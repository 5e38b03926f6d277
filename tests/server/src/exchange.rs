//! One request on its way through the server.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use hyper::body::Incoming;

use crate::auth::Identity;
use crate::errors::{ApiError, Result};
use crate::handlers::LENGTHS_OF_MD5;
use crate::record::Entry;
use crate::request::Head;
use crate::server::Shared;
use crate::store::Bucket;

/// A request, who sent it, and its body.
pub struct Exchange {
    pub shared: Arc<Shared>,
    pub head: Head,
    pub operation: &'static str,
    pub identity: Identity,
    /// What became of the signature, in the words of [`crate::RequestRecord::signature`].
    pub verdict: &'static str,
    pub request_id: String,
    /// The server's time, which may be wrong on purpose.
    pub now_ms: i64,
    pub body: Upload,
    /// The key as text; empty for bucket and service operations.
    pub key: String,
    /// Came over TLS.
    pub secure: bool,
    /// Where the request came from.
    pub client: IpAddr,
}

impl Exchange {
    pub fn bucket(&self) -> Result<Arc<Bucket>> {
        self.shared.store.bucket(self.bucket_name())
    }

    pub fn bucket_name(&self) -> &str {
        self.head.place.bucket.as_deref().unwrap_or_default()
    }

    pub fn version_id(&self) -> Option<String> {
        self.head
            .query
            .get("versionId")
            .map(|id| id.into_owned())
            .filter(|id| !id.is_empty())
    }

    pub fn query(&self, name: &str) -> Option<String> {
        self.head.query.get(name).map(|value| value.into_owned())
    }

    pub fn is_signed(&self) -> bool {
        self.identity != Identity::Anonymous
    }

    /// A whole number from the query within bounds.
    pub fn number(
        &self,
        name: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<u64> {
        let Some(text) = self.query(name).filter(|text| !text.is_empty()) else {
            return Ok(default);
        };
        text.parse()
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                ApiError::argument(
                    name,
                    &text,
                    format!(
                        "Argument {name} must be an integer between {} and {}.",
                        range.start(),
                        range.end()
                    ),
                )
                .ec("0042-00000216")
            })
    }

    /// The whole body of a small request.
    pub async fn read_all(&mut self, most: usize) -> Result<Bytes> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.body.next().await? {
            if all.len() + chunk.len() > most {
                return Err(ApiError::new(
                    400,
                    "EntityTooLarge",
                    "Your request body is too large.",
                ));
            }
            all.extend_from_slice(&chunk);
        }
        self.check_md5(&all)?;
        Ok(all.freeze())
    }

    fn check_md5(&self, body: &[u8]) -> Result<()> {
        match self.head.header("content-md5") {
            Some(text) => check_digest(&text, &crate::store::checksum::md5(body)),
            None => Ok(()),
        }
    }
}

/// Compares a `Content-MD5` header with the sum of what came.
pub fn check_digest(header: &str, md5: &[u8; 16]) -> Result<()> {
    match crate::unbase64(header) {
        Some(given) if given.starts_with(md5) && LENGTHS_OF_MD5.contains(&given.len()) => Ok(()),
        Some(given) if LENGTHS_OF_MD5.contains(&given.len()) => Err(ApiError::new(
            400,
            "InvalidDigest",
            "The Content-MD5 you specified did not match what we received.",
        )
        .detail("ClientMD5", crate::hex(&given))
        .detail("ServerMD5", crate::hex(md5))),
        _ => Err(malformed_digest(header)),
    }
}

pub fn malformed_digest(header: &str) -> ApiError {
    ApiError::new(
        400,
        "InvalidDigest",
        "The Content-MD5 you specified was invalid.",
    )
    .detail("Content-MD5", header)
}

/// The body of a request while it arrives.
pub struct Upload {
    incoming: Incoming,
    entry: Entry,
    pub received: u64,
    ended: bool,
}

impl Upload {
    pub fn new(incoming: Incoming, entry: Entry) -> Upload {
        let ended = incoming.is_end_stream();
        Upload {
            incoming,
            entry,
            received: 0,
            ended,
        }
    }

    pub fn is_at_end(&self) -> bool {
        self.ended || self.incoming.is_end_stream()
    }

    /// The next bytes, or nothing at the end. An error here means that the client broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if self.ended {
                return Ok(None);
            }
            let frame =
                std::future::poll_fn(|cx| Pin::new(&mut self.incoming).poll_frame(cx)).await;
            match frame {
                None => {
                    self.ended = true;
                    return Ok(None);
                }
                Some(Err(error)) => {
                    self.ended = true;
                    return Err(ApiError::new(
                        400,
                        "IncompleteBody",
                        format!("The request body ended early: {error}."),
                    ));
                }
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.received += data.len() as u64;
                        self.entry
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .body_bytes_received = self.received;
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// Reads and forgets up to so many bytes (in all); says whether that was the end.
    pub async fn discard(&mut self, most: u64) -> bool {
        while self.received < most {
            match self.next().await {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
        self.is_at_end()
    }
}
