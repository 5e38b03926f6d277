//! Access points, plain and for object processing, and the state of meta queries.

use super::configs::{self, read_root, unset_error};
use super::named::{LARGEST, all, forget, keep, leaf, needed, node_answer, one, tree};
use super::service::NOT_BLOCKED;
use crate::answer::Answer;
use crate::auth::bucket_policy;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::options::OWNER;
use crate::xml::{self, Node};

const NAME: &str = "x-oss-access-point-name";
const PROCESS_NAME: &str = "x-oss-access-point-for-object-process-name";
const MISSING: &str = "NoSuchAccessPoint";
const PROCESS_POINT: &str = "processPoint";
const PROCESS_CONFIG: &str = "processPointConfig";
const PROCESS_MISSING: &str = "NoSuchAccessPointForObjectProcess";

pub async fn access_point(exchange: &mut Exchange) -> Result<Answer> {
    let region = exchange.shared.region.clone();
    match exchange.operation {
        "CreateAccessPoint" => {
            let root = read_root(
                &exchange.read_all(LARGEST).await?,
                "CreateAccessPointConfiguration",
            )?;
            let name = root.get("AccessPointName").unwrap_or_default().to_owned();
            let origin = root.get("NetworkOrigin").unwrap_or_default().to_owned();
            if name.is_empty() || !["vpc", "internet"].contains(&origin.as_str()) {
                return Err(ApiError::malformed_xml(
                    "AccessPointName and NetworkOrigin are expected",
                ));
            }
            if all(exchange, "accessPoint")?.contains_key(&name) {
                return Err(ApiError::new(
                    409,
                    "AccessPointAlreadyExist",
                    "The access point already exists.",
                ));
            }
            let arn = format!("acs:oss:{region}:{OWNER}:accesspoint/{name}");
            let alias = format!("{name}-{}-ossalias", crate::random_hex(12));
            let endpoint =
                |kind: &str| format!("{name}.oss-{region}{kind}.oss-accesspoint.aliyuncs.com");
            let mut children = vec![
                leaf("AccessPointArn", &arn),
                leaf("Alias", &alias),
                tree(
                    "Endpoints",
                    vec![
                        leaf("PublicEndpoint", endpoint("")),
                        leaf("InternalEndpoint", endpoint("-internal")),
                    ],
                ),
                leaf("CreationDate", clock::iso_date(exchange.now_ms)),
                leaf("AccessPointName", &name),
                leaf("Bucket", exchange.bucket_name()),
                leaf("AccountId", OWNER),
                leaf("NetworkOrigin", origin),
                leaf("Status", "enable"),
            ];
            children.extend(root.child("VpcConfiguration").cloned());
            keep(
                exchange,
                "accessPoint",
                &name,
                &tree("GetAccessPointResult", children),
            )?;
            Ok(node_answer(&tree(
                "CreateAccessPointResult",
                vec![leaf("AccessPointArn", arn), leaf("Alias", alias)],
            )))
        }
        "GetAccessPoint" => Ok(node_answer(&one(
            exchange,
            "accessPoint",
            &needed(exchange, NAME)?,
            MISSING,
        )?)),
        "DeleteAccessPoint" => {
            let name = needed(exchange, NAME)?;
            one(exchange, "accessPoint", &name, MISSING)?;
            forget(exchange, "accessPoint", &name)
        }
        _ => {
            let buckets = match exchange.head.place.bucket {
                Some(_) => all(exchange, "accessPoint")?.into_values().collect(),
                None => Vec::new(),
            };
            let points: Vec<Node> = buckets
                .into_iter()
                .map(|mut point| {
                    point.name = "AccessPoint".to_owned();
                    point.children.retain(|child| {
                        [
                            "NetworkOrigin",
                            "VpcConfiguration",
                            "Status",
                            "Bucket",
                            "AccessPointName",
                            "Alias",
                        ]
                        .contains(&child.name.as_str())
                    });
                    point
                })
                .collect();
            let children = vec![
                leaf("IsTruncated", "false"),
                leaf("AccountId", OWNER),
                leaf("MaxKeys", "100"),
                tree("AccessPoints", points),
            ];
            Ok(node_answer(&tree("ListAccessPointsResult", children)))
        }
    }
}

/// A policy of an access point: JSON, kept inside an element.
pub async fn policy(exchange: &mut Exchange) -> Result<Answer> {
    let process = exchange.operation.ends_with("ForObjectProcess");
    let (header, point, kind, missing) = if process {
        let kind = "processPointPolicy";
        (PROCESS_NAME, PROCESS_POINT, kind, PROCESS_MISSING)
    } else {
        (NAME, "accessPoint", "accessPointPolicy", MISSING)
    };
    let name = needed(exchange, header)?;
    one(exchange, point, &name, missing)?;
    match &exchange.operation[..3] {
        "Put" => {
            let body = exchange.read_all(LARGEST).await?;
            let value: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
            bucket_policy::check(&value, None).map_err(|what| configs::invalid_policy(&what))?;
            keep(
                exchange,
                kind,
                &name,
                &leaf("Policy", String::from_utf8_lossy(&body)),
            )?;
            Ok(Answer::new(200))
        }
        "Del" => forget(exchange, kind, &name),
        _ => {
            let policy = one(exchange, kind, &name, "NoSuchAccessPointPolicy")?;
            Ok(Answer::new(200)
                .header("content-type", "application/json")
                .bytes(policy.text.into_bytes()))
        }
    }
}

pub async fn public_access_block(exchange: &mut Exchange) -> Result<Answer> {
    const KIND: &str = "accessPointPublicAccessBlock";
    let name = needed(exchange, NAME)?;
    one(exchange, "accessPoint", &name, MISSING)?;
    match &exchange.operation[..3] {
        "Put" => {
            let root = read_root(
                &exchange.read_all(LARGEST).await?,
                "PublicAccessBlockConfiguration",
            )?;
            keep(exchange, KIND, &name, &root)?;
            Ok(Answer::new(200))
        }
        "Del" => forget(exchange, KIND, &name),
        _ => match all(exchange, KIND)?.get(&name) {
            Some(node) => Ok(node_answer(node)),
            None => Ok(super::configs::answer(NOT_BLOCKED)),
        },
    }
}

/// Children of a configuration that come back as they were sent.
fn configuration(root: &Node) -> Vec<Node> {
    const KEPT: [&str; 3] = [
        "ObjectProcessConfiguration",
        "AllowAnonymousAccessForObjectProcess",
        "PublicAccessBlockConfiguration",
    ];
    root.children
        .iter()
        .filter(|child| KEPT.contains(&child.name.as_str()))
        .cloned()
        .collect()
}

async fn create_for_object_process(exchange: &mut Exchange, name: &str) -> Result<Answer> {
    let root = read_root(
        &exchange.read_all(LARGEST).await?,
        "CreateAccessPointForObjectProcessConfiguration",
    )?;
    if all(exchange, PROCESS_POINT)?.contains_key(name) {
        return Err(ApiError::new(
            409,
            "AccessPointAlreadyExist",
            "The access point already exists.",
        ));
    }
    let region = &exchange.shared.region;
    let arn = format!("acs:oss:{region}:{OWNER}:accesspointforobjectprocess/{name}");
    let alias = format!("{name}-{}-opapalias", crate::random_hex(12));
    let endpoint =
        |kind: &str| format!("{name}-{OWNER}.oss-{region}{kind}.oss-object-process.aliyuncs.com");
    let children = vec![
        leaf("AccessPointNameForObjectProcess", name),
        leaf("AccessPointForObjectProcessAlias", &alias),
        leaf(
            "AccessPointName",
            root.get("AccessPointName").unwrap_or_default(),
        ),
        leaf("AccountId", OWNER),
        leaf("AccessPointForObjectProcessArn", &arn),
        leaf("CreationDate", clock::iso_date(exchange.now_ms)),
        leaf("Status", "enable"),
        tree(
            "Endpoints",
            vec![
                leaf("PublicEndpoint", endpoint("")),
                leaf("InternalEndpoint", endpoint("-internal")),
            ],
        ),
        leaf(
            "AllowAnonymousAccessForObjectProcess",
            root.get("AllowAnonymousAccessForObjectProcess")
                .unwrap_or("false"),
        ),
    ];
    keep(
        exchange,
        PROCESS_POINT,
        name,
        &tree("GetAccessPointForObjectProcessResult", children),
    )?;
    let config = tree(
        "GetAccessPointConfigForObjectProcessResult",
        configuration(&root),
    );
    keep(exchange, PROCESS_CONFIG, name, &config)?;
    let children = vec![
        leaf("AccessPointForObjectProcessArn", arn),
        leaf("AccessPointForObjectProcessAlias", alias),
    ];
    Ok(node_answer(&tree(
        "CreateAccessPointForObjectProcessResult",
        children,
    )))
}

pub async fn for_object_process(exchange: &mut Exchange) -> Result<Answer> {
    if exchange.operation == "ListAccessPointsForObjectProcess" {
        let children = vec![
            leaf("IsTruncated", "false"),
            leaf("AccountId", OWNER),
            tree("AccessPointsForObjectProcess", process_points(exchange)),
        ];
        return Ok(node_answer(&tree(
            "ListAccessPointsForObjectProcessResult",
            children,
        )));
    }
    let name = needed(exchange, PROCESS_NAME)?;
    match exchange.operation {
        "CreateAccessPointForObjectProcess" => create_for_object_process(exchange, &name).await,
        "GetAccessPointForObjectProcess" => Ok(node_answer(&one(
            exchange,
            PROCESS_POINT,
            &name,
            PROCESS_MISSING,
        )?)),
        "GetAccessPointConfigForObjectProcess" => Ok(node_answer(&one(
            exchange,
            PROCESS_CONFIG,
            &name,
            PROCESS_MISSING,
        )?)),
        "PutAccessPointConfigForObjectProcess" => {
            let root = read_root(
                &exchange.read_all(LARGEST).await?,
                "PutAccessPointConfigForObjectProcessConfiguration",
            )?;
            one(exchange, PROCESS_POINT, &name, PROCESS_MISSING)?;
            let config = tree(
                "GetAccessPointConfigForObjectProcessResult",
                configuration(&root),
            );
            keep(exchange, PROCESS_CONFIG, &name, &config)?;
            Ok(Answer::new(200))
        }
        _ => {
            one(exchange, PROCESS_POINT, &name, PROCESS_MISSING)?;
            forget(exchange, PROCESS_CONFIG, &name)?;
            forget(exchange, PROCESS_POINT, &name)
        }
    }
}

/// Those of all buckets.
fn process_points(exchange: &Exchange) -> Vec<Node> {
    const SHOWN: [&str; 5] = [
        "AccessPointNameForObjectProcess",
        "AccessPointForObjectProcessAlias",
        "AccessPointName",
        "Status",
        "AllowAnonymousAccessForObjectProcess",
    ];
    let mut points = Vec::new();
    for bucket in exchange.shared.store.buckets() {
        let state = bucket.lock();
        for (name, text) in &state.settings.documents {
            if name.starts_with("processPoint:")
                && let Ok(mut point) = xml::parse(text.as_bytes())
            {
                point.name = "AccessPointForObjectProcess".to_owned();
                point
                    .children
                    .retain(|child| SHOWN.contains(&child.name.as_str()));
                points.push(point);
            }
        }
    }
    points
}

/// The index can be opened, looked at and closed; queries need a real one.
pub fn meta_query(exchange: &Exchange) -> Result<Answer> {
    const KIND: &str = "metaQuery";
    const ONLY: &str = "state";
    let known = all(exchange, KIND)?.remove(ONLY);
    match (exchange.operation, known) {
        ("OpenMetaQuery", Some(_)) => Err(ApiError::new(
            409,
            "MetaQueryAlreadyExist",
            "The meta query already exists.",
        )),
        ("OpenMetaQuery", None) => {
            let now = clock::iso_date(exchange.now_ms);
            let mode = exchange.query("mode").unwrap_or("basic".to_owned());
            if !["basic", "semantic"].contains(&mode.as_str()) {
                return Err(ApiError::argument(
                    "mode",
                    mode,
                    "The mode of a meta query is basic or semantic.",
                ));
            }
            let children = vec![
                leaf("State", "Ready"),
                leaf("Phase", "IncrementalScanning"),
                leaf("CreateTime", &now),
                leaf("UpdateTime", &now),
                leaf("MetaQueryMode", mode),
            ];
            keep(exchange, KIND, ONLY, &tree("MetaQueryStatus", children))?;
            Ok(Answer::new(200))
        }
        ("CloseMetaQuery", _) => {
            forget(exchange, KIND, ONLY)?;
            Ok(Answer::new(200))
        }
        (_, Some(state)) => Ok(node_answer(&state)),
        (_, None) => Err(unset_error("MetaQueryNotExist", exchange.bucket_name())),
    }
}
