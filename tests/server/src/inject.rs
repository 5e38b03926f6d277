//! Faults on one request: what they do before the operation, instead of it, and to its answer.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::answer::Answer;
use crate::body::Effects;
use crate::errors::ApiError;
use crate::exchange::Exchange;
use crate::faults::{Action, Status};
use crate::socket::{After, Conn};

/// No answer: the connection ends here.
#[derive(Debug)]
pub struct Abort;

impl fmt::Display for Abort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ended on demand")
    }
}

impl Error for Abort {}

fn reset(conn: &Conn) -> Abort {
    conn.reset_on_close();
    Abort
}

/// By how much the clock is wrong for this request.
pub fn skew_ms(actions: &[Action]) -> i64 {
    let skew = |action: &Action| match action {
        Action::SkewClock { seconds } => seconds.saturating_mul(1000),
        _ => 0,
    };
    actions.iter().map(skew).fold(0, i64::saturating_add)
}

/// Faults that come before the operation or instead of it.
pub async fn before(
    exchange: &mut Exchange,
    actions: &[Action],
    conn: &Conn,
) -> Result<Option<Answer>, Abort> {
    for action in actions {
        match action {
            Action::Delay { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Action::Gather { requests } => exchange.shared.gathering.join(*requests).await,
            Action::Status(status) => return Ok(Some(status_answer(exchange, status, conn).await)),
            Action::Reset { after_bytes } => {
                exchange.body.discard(*after_bytes).await;
                return Err(reset(conn));
            }
            Action::Close { after_bytes } => {
                exchange.body.discard(*after_bytes).await;
                conn.linger();
                return Err(Abort);
            }
            Action::StallRequest { after_bytes } => {
                exchange.body.discard(*after_bytes).await;
                conn.gone().await;
                return Err(reset(conn));
            }
            Action::Redirect { location, status } => {
                exchange.body.discard(u64::MAX).await;
                return Ok(Some(Answer::new(*status).header("location", location)));
            }
            _ => {}
        }
    }
    Ok(None)
}

async fn status_answer(exchange: &mut Exchange, status: &Status, conn: &Conn) -> Answer {
    let (code, message) = status.texts();
    let mut error = ApiError::new(status.status, code, message);
    error.ec = status.ec.clone().map(Into::into);
    let mut answer = if status.status < 300 && status.raw_body.is_none() {
        Answer::new(status.status)
    } else {
        error.answer(
            &exchange.request_id,
            &exchange.head.host,
            exchange.head.method == "HEAD",
        )
    };
    if let Some(raw) = &status.raw_body {
        answer = answer.bytes(raw.clone().into_bytes());
    }
    replace_headers(&mut answer, &status.headers);
    if status.early {
        if !exchange.body.is_at_end() {
            answer.set("connection", "close");
            conn.linger();
        }
    } else {
        exchange.body.discard(u64::MAX).await;
    }
    if status.then_reset {
        conn.set_after(After::Reset);
    }
    answer
}

/// Faults of the answer. The body's go with the body.
pub fn after(
    answer: &mut Answer,
    actions: &[Action],
    conn: &Conn,
) -> Result<Option<Box<Effects>>, Abort> {
    let mut effects = Effects {
        bytes_per_second: answer.speed,
        ..Effects::default()
    };
    for action in actions {
        match action {
            Action::StoreThenReset => return Err(reset(conn)),
            Action::DelayBody { ms } => effects.delay = Some(Duration::from_millis(*ms)),
            Action::StallResponse { after_bytes } => effects.stall_after = Some(*after_bytes),
            Action::Slow { bytes_per_sec } => effects.bytes_per_second = Some(*bytes_per_sec),
            Action::CutBody { after_bytes, reset } => {
                effects.cut_after = Some((*after_bytes, *reset))
            }
            Action::CorruptBody { at } => effects.corrupt_at = Some(*at),
            Action::Chunked => effects.chunked = true,
            Action::CloseIdle => conn.set_after(After::Close),
            Action::ExtraHeaders { headers } => replace_headers(answer, headers),
            Action::OmitCrc => answer.remove("x-oss-hash-crc64ecma"),
            Action::WrongCrc => {
                if let Some((_, value)) = answer
                    .headers
                    .iter_mut()
                    .find(|(name, _)| name == "x-oss-hash-crc64ecma")
                {
                    *value = (value.parse::<u64>().unwrap_or_default() ^ 1).to_string();
                }
            }
            _ => {}
        }
    }
    let needed = !actions.is_empty() || answer.speed.is_some();
    Ok(Some(Box::new(effects)).filter(|_| needed))
}

fn replace_headers(answer: &mut Answer, headers: &[(String, String)]) {
    for (name, value) in headers {
        answer.remove(name);
        answer
            .headers
            .push((name.to_ascii_lowercase().into(), value.clone()));
    }
}
