//! One attempt: the request goes out, its answer comes in and is judged.

use super::answer;
use super::attempts::{Failed, Lesson, Reached};
use super::judge::Judge;
use super::prepared::Prepared;
use super::signature;
use super::upload::Upload;
use super::{Inner, MAX_COLLECTED, Reply, Want};
use crate::cancel::Limits;
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::operation::{Checked, Operation};
use crate::request::{Answer, NEXT_APPEND_POSITION, Response};
use crate::transport::{Incoming, Outgoing, Payload};

/// An error after the head of the answer: what was asked for may have been done.
impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        let reached = if error.http_status() == 0 {
            Reached::Unknown
        } else {
            Reached::Service
        };
        Failed {
            error,
            reached,
            stale: false,
            retry_after: None,
            taught: None,
        }
    }
}

impl Inner {
    pub(super) fn attempt(
        &self,
        call: &Prepared<'_>,
        upload: &mut Upload<'_, '_>,
        limits: &Limits,
        want: Want,
    ) -> Result<Reply, Failed> {
        let length = upload.length();
        let payload = upload.exists().then_some(Payload {
            source: upload,
            length,
        });
        let sent = self.session.exchange(
            Outgoing {
                method: call.operation.method.as_str(),
                authority: &call.authority,
                target: &call.target,
                headers: &call.headers,
                payload,
            },
            limits,
        );
        let mut incoming = sent.map_err(|failure| Failed {
            stale: failure.stale,
            reached: if failure.sent {
                Reached::Unknown
            } else {
                Reached::Nobody
            },
            ..Failed::from(failure.error)
        })?;
        let mut response = Response {
            status: incoming.status,
            headers: std::mem::take(&mut incoming.headers),
            ..Response::default()
        };
        if let Some(heard) = call.heard {
            heard.hear(Answer::Good(response.clone()));
        }
        let judge = Judge::new(call, self.crc64);
        if !judge.accepts(&response) {
            let body = answer::read_error_body(&mut incoming);
            return Err(self.refused(call, &response, judge.refusal(&response, &body)));
        }
        response.verified = check_upload(call.operation, upload, incoming.cut_short, &response)
            .map_err(done_otherwise)?;
        check_position(call, upload.sent(), &response).map_err(done_otherwise)?;
        let mut root = None;
        if want == Want::Collected {
            response.body = collect(&mut incoming, response.content_length())?;
            if incoming.ends_with_connection() && judge.is_text_or_data(&response.body) {
                return Err(Failed {
                    reached: Reached::Service,
                    ..Failed::from(answer::no_end(call.operation.name, &response))
                });
            }
            root = judge.body(&response).map_err(|error| Failed {
                reached: Reached::Service,
                ..Failed::from(error)
            })?;
        }
        Ok(Reply {
            response,
            root,
            incoming,
            limits: limits.clone(),
        })
    }

    /// What an answer that is not a success teaches.
    fn refused(&self, call: &Prepared<'_>, response: &Response, mut error: Error) -> Failed {
        // When the answer is there: the signature may be much older, after a long upload or the sleep of the machine.
        let local = self.clock.now();
        // A gateway that does not reach the service, or not in time, does not know what the service did.
        let is_lost = matches!(response.status, 502 | 504) && response.request_id().is_empty();
        if error.code() == "SignatureDoesNotMatch"
            && let Some(note) = signature::difference(self, call, &error)
        {
            error = error.with_note(&note);
        }
        if let (Some(heard), Some(refusal)) = (call.heard, error.service()) {
            heard.hear(Answer::Refused(refusal.clone()));
        }
        Failed {
            reached: if is_lost {
                Reached::Unknown
            } else {
                Reached::Service
            },
            stale: false,
            retry_after: answer::retry_after(response, local),
            taught: self.lesson(call, response, &error, local),
            error,
        }
    }

    /// What the next attempt, or the next call, does better. It is kept whether or not this call is repeated.
    fn lesson(
        &self,
        call: &Prepared<'_>,
        response: &Response,
        error: &Error,
        local: i64,
    ) -> Option<Lesson> {
        if call.is_signed {
            return None;
        }
        if error.code() == "RequestTimeTooSkewed" && self.clock_skew_correction {
            let server = answer::server_clock(error, response)?;
            self.session.clock_offset().learn(server.0, local);
            return Some(Lesson::Clock);
        }
        let used = call.credentials.as_ref()?;
        let may_have_others = answer::refuses_keys(error) && self.credentials.refused(used);
        may_have_others.then_some(Lesson::Keys)
    }
}

/// What was asked for was done, but perhaps not as it was: as little is known as if no answer had come.
fn done_otherwise(error: Error) -> Failed {
    Failed {
        reached: Reached::Unknown,
        ..Failed::from(error)
    }
}

/// Compares what was sent with what the service says it stored; whether there was anything to compare.
fn check_upload(
    operation: &Operation,
    upload: &Upload<'_, '_>,
    cut_short: bool,
    response: &Response,
) -> Result<bool> {
    if cut_short {
        return Err(answer::not_proven(
            Kind::BadResponse,
            response,
            "the service reported success before the whole body was sent".to_owned(),
        ));
    }
    let (Some(ours), Some(theirs), true) = (upload.crc64(), response.crc64(), upload.exists())
    else {
        return Ok(false);
    };
    if ours == theirs {
        return Ok(true);
    }
    Err(answer::not_proven(
        Kind::ChecksumMismatch,
        response,
        format!(
            "the service stored something else than was sent: CRC-64 {theirs} there, {ours} here"
        ),
    )
    // What was appended is there, and would be refused a second time.
    .with_retryable(operation.checked == Checked::FromStart))
}

/// An error if the service says that it goes on elsewhere than after what was sent.
fn check_position(call: &Prepared<'_>, sent: u64, response: &Response) -> Result<()> {
    if call.operation.checked != Checked::Continued {
        return Ok(());
    }
    let mut query = call.query.iter();
    let given = query.find(|(name, _)| name == "position");
    let position = given.and_then(|(_, value)| value.as_deref()?.parse::<u64>().ok());
    let expected = position.and_then(|position| position.checked_add(sent));
    // That there is one is the row's to say.
    let (Some(expected), Some(said)) = (expected, response.header(NEXT_APPEND_POSITION)) else {
        return Ok(());
    };
    if response.next_append_position() == Some(expected) {
        return Ok(());
    }
    Err(answer::not_proven(
        Kind::BadResponse,
        response,
        format!(
            "{sent} bytes were appended, so the object should end at {expected}, but {NEXT_APPEND_POSITION} of the answer is \
             {said:?}"
        ),
    ))
}

fn collect(incoming: &mut Incoming, length: Option<u64>) -> Result<Vec<u8>> {
    // Most good answers have no body.
    if incoming.is_over() {
        return Ok(Vec::new());
    }
    // The announced length is only a hint: memory grows with what really comes.
    let mut body = memory::zeros(length.unwrap_or(0).clamp(512, 256 * 1024) as usize)?;
    let mut filled = 0;
    loop {
        if filled == body.len() {
            memory::lengthen(&mut body, filled * 2)?;
        }
        match incoming.read(body.get_mut(filled..).unwrap_or_default())? {
            0 => break,
            got => filled += got,
        }
        if filled as u64 > MAX_COLLECTED {
            return Err(too_large());
        }
    }
    body.truncate(filled);
    Ok(body)
}

pub(crate) fn too_large() -> Error {
    Error::new(
        Kind::BadResponse,
        format!("the answer is larger than {MAX_COLLECTED} bytes; read it as a stream"),
    )
    .with_retryable(false)
}
