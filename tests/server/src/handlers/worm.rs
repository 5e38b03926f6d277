//! Retention policies of buckets.

use super::configs::{answer, read_root, save, unset_error};
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::xml::{self, Node, Writer, write_node};

/// An unlocked policy goes away by itself.
const UNLOCKED_MS: i64 = 86_400_000;

fn current(exchange: &Exchange) -> Result<Option<Node>> {
    let bucket = exchange.bucket()?;
    let text = bucket.lock().settings.documents.get("worm").cloned();
    let node = text.and_then(|text| xml::parse(text.as_bytes()).ok());
    Ok(node.filter(|node| is_in_force(node, exchange.now_ms)))
}

/// From its beginning on; one that was not locked within a day is over.
pub fn is_in_force(policy: &Node, now_ms: i64) -> bool {
    let from = policy
        .get("CreationDate")
        .and_then(clock::parse_iso)
        .unwrap_or_default();
    policy.get("State") != Some("InProgress") || now_ms <= from + UNLOCKED_MS
}

fn existing(exchange: &Exchange) -> Result<Node> {
    current(exchange)?.ok_or_else(|| unset_error("NoSuchWORMConfiguration", exchange.bucket_name()))
}

/// The policy that `wormId` names.
fn named(exchange: &Exchange) -> Result<Node> {
    let id = exchange.query("wormId").unwrap_or_default();
    let node = existing(exchange)?;
    if node.get("WormId") == Some(id.as_str()) {
        Ok(node)
    } else {
        Err(unset_error(
            "NoSuchWORMConfiguration",
            exchange.bucket_name(),
        ))
    }
}

async fn days(exchange: &mut Exchange, root: &str) -> Result<u32> {
    let node = read_root(&exchange.read_all(64 * 1024).await?, root)?;
    let days = node
        .get("RetentionPeriodInDays")
        .and_then(|text| text.parse().ok());
    days.filter(|days| (1..=25_550).contains(days))
        .ok_or_else(|| ApiError::malformed_xml("RetentionPeriodInDays lies between 1 and 25550"))
}

fn document(id: &str, state: &str, days: u32, created: &str) -> String {
    let mut xml = Writer::new("WormConfiguration");
    xml.text("WormId", id)
        .text("State", state)
        .number("RetentionPeriodInDays", days)
        .text("CreationDate", created);
    xml.finish().trim_start_matches(xml::DECLARATION).to_owned()
}

pub async fn perform(exchange: &mut Exchange) -> Result<Answer> {
    let locked = || {
        ApiError::new(
            403,
            "WORMConfigurationLocked",
            "The WORM configuration is locked.",
        )
    };
    match exchange.operation {
        "InitiateBucketWorm" => {
            let days = days(exchange, "InitiateWormConfiguration").await?;
            if current(exchange)?.is_some() {
                return Err(ApiError::new(
                    409,
                    "WORMConfigurationAlreadyExists",
                    "The bucket has a WORM configuration.",
                ));
            }
            let id = crate::random_hex(11).to_ascii_uppercase();
            save(
                exchange,
                "worm",
                Some(document(
                    &id,
                    "InProgress",
                    days,
                    &clock::iso_date(exchange.now_ms),
                )),
            )?;
            Ok(Answer::new(200).header("x-oss-worm-id", id))
        }
        "AbortBucketWorm" => {
            if current(exchange)?.is_some_and(|node| node.get("State") == Some("Locked")) {
                return Err(locked());
            }
            save(exchange, "worm", None)?;
            Ok(Answer::new(204))
        }
        "CompleteBucketWorm" => {
            let node = named(exchange)?;
            if node.get("State") == Some("Locked") {
                return Err(locked());
            }
            let field = |name| node.get(name).unwrap_or_default();
            let days = field("RetentionPeriodInDays").parse().unwrap_or(1);
            save(
                exchange,
                "worm",
                Some(document(
                    field("WormId"),
                    "Locked",
                    days,
                    field("CreationDate"),
                )),
            )?;
            Ok(Answer::new(200))
        }
        "ExtendBucketWorm" => {
            let days = days(exchange, "ExtendWormConfiguration").await?;
            let node = named(exchange)?;
            let field = |name| node.get(name).unwrap_or_default();
            if field("State") != "Locked" {
                let message = "Only a locked retention policy can be lengthened.";
                return Err(ApiError::new(400, "InvalidWORMConfiguration", message));
            }
            if field("RetentionPeriodInDays")
                .parse::<u32>()
                .is_ok_and(|old| days <= old)
            {
                return Err(ApiError::new(
                    400,
                    "InvalidWORMConfiguration",
                    "A retention period can only be lengthened.",
                ));
            }
            save(
                exchange,
                "worm",
                Some(document(
                    field("WormId"),
                    field("State"),
                    days,
                    field("CreationDate"),
                )),
            )?;
            Ok(Answer::new(200))
        }
        _ => Ok(answer(&write_node(&existing(exchange)?))),
    }
}
