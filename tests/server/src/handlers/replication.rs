//! Copies of a bucket elsewhere: rules of replication, and transitions to another redundancy. Nothing is copied.

use super::configs::{read_root, unset_error};
use super::named::{LARGEST, all, forget, keep, leaf, needed, node_answer, one, tree};
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::options::OWNER;
use crate::xml::{self, Node};

const KIND: &str = "replication";
const NO_RULE: &str = "NoSuchReplicationRule";

pub async fn replication(exchange: &mut Exchange) -> Result<Answer> {
    match exchange.operation {
        "PutBucketReplication" => add(exchange).await,
        "DeleteBucketReplication" => close(exchange).await,
        "PutBucketRtc" => {
            let root = read_root(&exchange.read_all(LARGEST).await?, "ReplicationRule")?;
            let id = root.get("ID").unwrap_or_default().to_owned();
            let mut rule = one(exchange, KIND, &id, NO_RULE)?;
            rule.children.retain(|child| child.name != "RTC");
            rule.children.extend(root.child("RTC").cloned());
            keep(exchange, KIND, &id, &rule)?;
            Ok(Answer::new(200))
        }
        "GetBucketReplicationLocation" => {
            exchange.bucket()?;
            Ok(node_answer(&locations()))
        }
        "GetBucketReplicationProgress" => {
            let mut rule = one(exchange, KIND, &needed(exchange, "rule-id")?, NO_RULE)?;
            // Nothing has been copied yet, and never will be.
            let copies = rule.get("HistoricalObjectReplication") != Some("disabled");
            let mut progress = vec![leaf("HistoricalObject", if copies { "1" } else { "0" })];
            if copies {
                progress.push(leaf("NewObject", clock::iso_date(exchange.now_ms)));
            }
            rule.children.push(tree("Progress", progress));
            Ok(node_answer(&tree("ReplicationProgress", vec![rule])))
        }
        _ => {
            let rules: Vec<Node> = all(exchange, KIND)?.into_values().collect();
            if rules.is_empty() {
                let bucket = exchange.bucket_name();
                return Err(unset_error("NoSuchReplicationConfiguration", bucket));
            }
            Ok(node_answer(&tree("ReplicationConfiguration", rules)))
        }
    }
}

async fn add(exchange: &mut Exchange) -> Result<Answer> {
    let body = exchange.read_all(LARGEST).await?;
    let root = read_root(&body, "ReplicationConfiguration")?;
    let mut rule = root
        .child("Rule")
        .cloned()
        .ok_or_else(|| ApiError::malformed_xml("Rule is missing"))?;
    let target = target_of(&rule).filter(|(_, location)| location.is_some());
    let Some((Some(target), _)) =
        target.map(|(bucket, location)| (bucket.map(str::to_owned), location))
    else {
        return Err(ApiError::malformed_xml(
            "Destination with Bucket and Location is missing",
        ));
    };
    let open = |old: &Node| old.get("Status") != Some("closing");
    let taken = all(exchange, KIND)?
        .into_values()
        .any(|old| open(&old) && target_of(&old).and_then(|(bucket, _)| bucket) == Some(&target));
    if taken {
        let message = "The bucket is replicated to that destination already.";
        return Err(ApiError::new(400, "BucketReplicationAlreadyExist", message));
    }
    let id = rule
        .get("ID")
        .filter(|id| !id.is_empty())
        .map_or_else(|| crate::random_hex(16), str::to_owned);
    complete(&mut rule, &id);
    keep(exchange, KIND, &id, &rule)?;
    Ok(Answer::new(200).header("x-oss-replication-rule-id", id))
}

/// Bucket and location that a rule copies to.
fn target_of(rule: &Node) -> Option<(Option<&str>, Option<&str>)> {
    let node = rule.child("Destination")?;
    Some((node.get("Bucket"), node.get("Location")))
}

/// What the service makes of a rule.
fn complete(rule: &mut Node, id: &str) {
    rule.children
        .retain(|child| child.name != "ID" && child.name != "Status");
    rule.children.insert(0, leaf("ID", id));
    for (name, default) in [
        ("Action", "ALL"),
        ("HistoricalObjectReplication", "enabled"),
    ] {
        if rule.child(name).is_none() {
            rule.children.push(leaf(name, default));
        }
    }
    // Objects that KMS encrypts are copied by a role and with a key, or not at all.
    let copies_encrypted = rule
        .child("SourceSelectionCriteria")
        .and_then(|node| node.child("SseKmsEncryptedObjects"))
        .is_some_and(|node| node.get("Status") == Some("Enabled"));
    if rule.child("SyncRole").is_none() {
        rule.children.retain(|child| {
            !["SourceSelectionCriteria", "EncryptionConfiguration"].contains(&child.name.as_str())
        });
    } else if !copies_encrypted {
        rule.children
            .retain(|child| child.name != "EncryptionConfiguration");
    }
    rule.children.push(leaf("Status", "starting"));
}

/// A rule that ends is still shown while what it does comes to its end.
async fn close(exchange: &mut Exchange) -> Result<Answer> {
    let root = read_root(&exchange.read_all(LARGEST).await?, "ReplicationRules")?;
    for id in root.all("ID") {
        let id = id.text.trim();
        let mut rule = one(exchange, KIND, id, NO_RULE)?;
        rule.children.retain(|child| child.name != "Status");
        rule.children.push(leaf("Status", "closing"));
        keep(exchange, KIND, id, &rule)?;
    }
    Ok(Answer::new(200))
}

fn locations() -> Node {
    tree(
        "ReplicationLocation",
        vec![
            leaf("Location", "oss-cn-beijing"),
            leaf("Location", "oss-cn-shanghai"),
            tree(
                "LocationTransferTypeConstraint",
                vec![tree(
                    "LocationTransferType",
                    vec![
                        leaf("Location", "oss-cn-beijing"),
                        tree("TransferTypes", vec![leaf("Type", "internal")]),
                    ],
                )],
            ),
        ],
    )
}

const TRANSITION: &str = "redundancyTransition";

pub fn transition(exchange: &Exchange) -> Result<Answer> {
    const ID: &str = "x-oss-redundancy-transition-taskid";
    match exchange.operation {
        "CreateBucketDataRedundancyTransition" => {
            let target = needed(exchange, "x-oss-target-redundancy-type")?;
            if target != "ZRS" {
                return Err(ApiError::argument(
                    "x-oss-target-redundancy-type",
                    target,
                    "Only ZRS can be the target.",
                ));
            }
            let id = crate::random_hex(16);
            let now = clock::iso_date(exchange.now_ms);
            let children = vec![
                leaf("Bucket", exchange.bucket_name()),
                leaf("TaskId", &id),
                leaf("Status", "Finished"),
                leaf("CreateTime", &now),
                leaf("StartTime", &now),
                leaf("EndTime", &now),
                leaf("ProcessPercentage", "100"),
                leaf("EstimatedRemainingTime", "0"),
            ];
            keep(
                exchange,
                TRANSITION,
                &id,
                &tree("BucketDataRedundancyTransition", children),
            )?;
            let bucket = exchange.bucket()?;
            exchange.shared.store.change_settings(&bucket, |settings| {
                "ZRS".clone_into(&mut settings.redundancy)
            })?;
            Ok(node_answer(&tree(
                "BucketDataRedundancyTransition",
                vec![leaf("TaskId", id)],
            )))
        }
        "GetBucketDataRedundancyTransition" => Ok(node_answer(&one(
            exchange,
            TRANSITION,
            &needed(exchange, ID)?,
            "NoSuchBucketDataRedundancyTransition",
        )?)),
        "DeleteBucketDataRedundancyTransition" => {
            forget(exchange, TRANSITION, &needed(exchange, ID)?)
        }
        _ => {
            let mut children: Vec<Node> = match exchange.head.place.bucket {
                Some(_) => all(exchange, TRANSITION)?.into_values().collect(),
                None => transitions_of_account(exchange),
            };
            children.push(leaf("IsTruncated", "false"));
            Ok(node_answer(&tree(
                "ListBucketDataRedundancyTransition",
                children,
            )))
        }
    }
}

/// Those of all buckets of who asks.
fn transitions_of_account(exchange: &Exchange) -> Vec<Node> {
    let account = exchange.identity.account().unwrap_or(OWNER);
    let mut found = Vec::new();
    for bucket in exchange.shared.store.buckets() {
        let state = bucket.lock();
        if state.settings.owner != account {
            continue;
        }
        let documents = state.settings.documents.iter();
        let own = documents.filter(|(name, _)| name.starts_with(TRANSITION));
        found.extend(own.filter_map(|(_, text)| xml::parse(text.as_bytes()).ok()));
    }
    found
}
