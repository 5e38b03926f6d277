//! Bucket settings that come in several: inventories, styles, domains.
//! Each is a document with a name of its own.

use std::collections::BTreeMap;

use super::checks;
use super::configs::{read_root, save, unset_error};
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::options::OWNER;
use crate::xml::{self, Node, Writer, write_node};

pub const LARGEST: usize = 1 << 20;

/// All documents whose name begins with `kind:`, by the rest of the name.
pub fn all(exchange: &Exchange, kind: &str) -> Result<BTreeMap<String, Node>> {
    let bucket = exchange.bucket()?;
    let state = bucket.lock();
    let named = |(name, text): (&String, &String)| {
        let name = name.strip_prefix(kind)?.strip_prefix(':')?;
        Some((name.to_owned(), xml::parse(text.as_bytes()).ok()?))
    };
    Ok(state.settings.documents.iter().filter_map(named).collect())
}

pub fn one(exchange: &Exchange, kind: &str, name: &str, missing: &'static str) -> Result<Node> {
    all(exchange, kind)?
        .remove(name)
        .ok_or_else(|| unset_error(missing, exchange.bucket_name()))
}

pub fn keep(exchange: &Exchange, kind: &str, name: &str, node: &Node) -> Result<()> {
    save(exchange, &format!("{kind}:{name}"), Some(write_node(node)))
}

pub fn forget(exchange: &Exchange, kind: &str, name: &str) -> Result<Answer> {
    save(exchange, &format!("{kind}:{name}"), None)?;
    Ok(Answer::new(204))
}

/// A parameter or header that must be there.
pub fn needed(exchange: &Exchange, name: &str) -> Result<String> {
    let text = exchange
        .query(name)
        .or_else(|| exchange.head.header(name).map(|value| value.into_owned()));
    text.filter(|text| !text.is_empty()).ok_or_else(|| {
        ApiError::new(400, "MissingArgument", "Missing Some Required Arguments.")
            .detail("ArgumentName", name)
    })
}

pub fn leaf(name: &str, text: impl Into<String>) -> Node {
    Node {
        name: name.to_owned(),
        text: text.into(),
        children: Vec::new(),
    }
}

pub fn tree(name: &str, children: Vec<Node>) -> Node {
    Node {
        name: name.to_owned(),
        text: String::new(),
        children,
    }
}

pub fn node_answer(node: &Node) -> Answer {
    super::configs::answer(&write_node(node))
}

pub async fn inventory(exchange: &mut Exchange) -> Result<Answer> {
    match exchange.operation {
        "PutBucketInventory" => {
            let id = needed(exchange, "inventoryId")?;
            let mut node = read_root(&exchange.read_all(LARGEST).await?, "InventoryConfiguration")?;
            if node.get("Id") != Some(id.as_str()) {
                return Err(ApiError::malformed_xml(
                    "Id differs from the parameter inventoryId",
                ));
            }
            let known = all(exchange, "inventory")?;
            if known.contains_key(&id) {
                return Err(ApiError::new(
                    409,
                    "InventoryAlreadyExist",
                    "The inventory already exists.",
                ));
            }
            checks::inventory(&node)?;
            complete_inventory(&mut node);
            keep(exchange, "inventory", &id, &node)?;
            Ok(Answer::new(200))
        }
        "GetBucketInventory" => Ok(node_answer(&one(
            exchange,
            "inventory",
            &needed(exchange, "inventoryId")?,
            "NoSuchInventory",
        )?)),
        "DeleteBucketInventory" => {
            exchange.bucket()?;
            forget(exchange, "inventory", &needed(exchange, "inventoryId")?)
        }
        _ => {
            const PAGE: usize = 100;
            let after = exchange.query("continuation-token").unwrap_or_default();
            let known = all(exchange, "inventory")?;
            if known.is_empty() {
                return Err(unset_error("NoSuchInventory", exchange.bucket_name()));
            }
            let mut list: Vec<_> = known.into_iter().filter(|(id, _)| *id > after).collect();
            let truncated = list.len() > PAGE;
            list.truncate(PAGE);
            let mut xml = Writer::new("ListInventoryConfigurationsResult");
            if !after.is_empty() {
                xml.text("ContinuationToken", &after);
            }
            for (_, node) in &list {
                xml.node(node);
            }
            xml.number("IsTruncated", truncated);
            if let Some((id, _)) = list.last().filter(|_| truncated) {
                xml.text("NextContinuationToken", id);
            }
            Ok(Answer::xml(xml.finish()))
        }
    }
}

/// The service shows what nobody said, and gives classes of a filter back in the order of their names.
fn complete_inventory(inventory: &mut Node) {
    let unsaid = [
        tree("Filter", vec![leaf("Prefix", "")]),
        leaf("OptionalFields", ""),
    ];
    for node in unsaid {
        if inventory.child(&node.name).is_none() {
            inventory.children.push(node);
        }
    }
    let filters = inventory.children.iter_mut();
    for filter in filters.filter(|child| child.name == "Filter") {
        for node in &mut filter.children {
            if node.name == "StorageClass" {
                let mut classes: Vec<&str> = node.text.split(',').map(str::trim).collect();
                classes.sort_unstable();
                node.text = classes.join(",");
            }
        }
    }
}

pub async fn style(exchange: &mut Exchange) -> Result<Answer> {
    match exchange.operation {
        "PutStyle" => {
            let name = needed(exchange, "styleName")?;
            let mut node = read_root(&exchange.read_all(LARGEST).await?, "Style")?;
            let content = node.get("Content").filter(|content| !content.is_empty());
            let content = content
                .ok_or_else(|| ApiError::argument("Content", "", "Style content is invalid."))?
                .to_owned();
            let category = exchange
                .query("category")
                .unwrap_or_else(|| "image".to_owned());
            let now = clock::http_date(exchange.now_ms);
            let created = all(exchange, "style")?
                .get(&name)
                .and_then(|old| old.get("CreateTime").map(str::to_owned));
            node.children = vec![
                leaf("Name", &name),
                leaf("Content", content),
                leaf("CreateTime", created.unwrap_or_else(|| now.clone())),
                leaf("LastModifyTime", now),
                leaf("Category", category),
            ];
            keep(exchange, "style", &name, &node)?;
            Ok(Answer::new(200))
        }
        "GetStyle" => Ok(node_answer(&one(
            exchange,
            "style",
            &needed(exchange, "styleName")?,
            "NoSuchStyle",
        )?)),
        "DeleteStyle" => forget(exchange, "style", &needed(exchange, "styleName")?),
        _ => Ok(node_answer(&tree(
            "StyleList",
            all(exchange, "style")?.into_values().collect(),
        ))),
    }
}

pub async fn cname(exchange: &mut Exchange) -> Result<Answer> {
    if exchange.operation == "ListCname" {
        let mut children: Vec<Node> = all(exchange, "cname")?.into_values().collect();
        children.push(leaf("Bucket", exchange.bucket_name()));
        children.push(leaf("Owner", OWNER));
        return Ok(node_answer(&tree("ListCnameResult", children)));
    }
    if exchange.operation == "GetCnameToken" {
        return Ok(node_answer(&one(
            exchange,
            "cnameToken",
            &needed(exchange, "cname")?,
            "CnameTokenNotFound",
        )?));
    }
    let root = read_root(
        &exchange.read_all(LARGEST).await?,
        "BucketCnameConfiguration",
    )?;
    let domain = root
        .child("Cname")
        .and_then(|cname| cname.get("Domain"))
        .map(str::to_ascii_lowercase);
    let domain = domain
        .filter(|domain| !domain.is_empty())
        .ok_or_else(|| ApiError::malformed_xml("Domain is missing"))?;
    match exchange.operation {
        "PutCname" => {
            let children = vec![
                leaf("Domain", &domain),
                leaf("LastModified", clock::iso_date(exchange.now_ms)),
                leaf("Status", "Enabled"),
            ];
            keep(exchange, "cname", &domain, &tree("Cname", children))?;
            // From now on the domain works, as if its DNS record pointed here.
            exchange.shared.add_cname(&domain, exchange.bucket_name());
            Ok(Answer::new(200))
        }
        "DeleteCname" => {
            forget(exchange, "cname", &domain)?;
            let bucket = exchange.bucket_name();
            exchange.shared.unbind_cname(&domain, bucket);
            Ok(Answer::new(200))
        }
        _ => {
            let token = tree(
                "CnameToken",
                vec![
                    leaf("Bucket", exchange.bucket_name()),
                    leaf("Cname", &domain),
                    leaf("Token", crate::random_hex(14)),
                    leaf(
                        "ExpireTime",
                        clock::http_date(exchange.now_ms + 3 * 86_400_000),
                    ),
                ],
            );
            keep(exchange, "cnameToken", &domain, &token)?;
            Ok(node_answer(&token))
        }
    }
}
