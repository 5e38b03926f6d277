//! Live channels. Nothing is ever pushed here, so a channel is its configuration, idle or disabled, and a list of its
//! pieces is made of the objects `CHANNEL/*.ts` that somebody stored.

use super::configs::read_root;
use super::named::{LARGEST, all, forget, keep, leaf, needed, node_answer, tree};
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::checksum::{self, Sums};
use crate::store::{Kind, Version};
use crate::xml::{Node, Writer};

const KIND: &str = "live";
const MODIFIED: &str = "LastModified";
/// What a channel of HLS has when its configuration says nothing.
const DEFAULTS: [(&str, &str); 3] = [
    ("FragDuration", "5"),
    ("FragCount", "3"),
    ("PlaylistName", "playlist.m3u8"),
];

pub async fn perform(exchange: &mut Exchange) -> Result<Answer> {
    let body = exchange.read_all(LARGEST).await?;
    match exchange.operation {
        "PutLiveChannel" => put(exchange, &body),
        "GetLiveChannelInfo" => info(exchange),
        "GetLiveChannelStat" => stat(exchange),
        "GetLiveChannelHistory" => {
            find(exchange, &exchange.key)?;
            Ok(node_answer(&tree("LiveChannelHistory", Vec::new())))
        }
        "PutLiveChannelStatus" => put_status(exchange),
        "DeleteLiveChannel" => {
            exchange.bucket()?;
            forget(exchange, KIND, &exchange.key)
        }
        "ListLiveChannel" => list(exchange),
        "PostVodPlaylist" => post_playlist(exchange).await,
        _ => {
            find(exchange, &exchange.key)?;
            let text = playlist(exchange, &exchange.key)?;
            Ok(Answer::new(200)
                .header("content-type", "application/x-mpegURL")
                .bytes(text.into_bytes()))
        }
    }
}

fn find(exchange: &Exchange, name: &str) -> Result<Node> {
    let missing = || {
        let message = "The specified live channel does not exist.";
        ApiError::new(404, "NoSuchLiveChannel", message).detail("Key", name)
    };
    all(exchange, KIND)?.remove(name).ok_or_else(missing)
}

fn put(exchange: &Exchange, body: &[u8]) -> Result<Answer> {
    exchange.bucket()?;
    let root = read_root(body, "LiveChannelConfiguration")?;
    let target = root.child("Target").cloned().unwrap_or_default();
    if target.get("Type") != Some("HLS") {
        let given = target.get("Type").unwrap_or_default();
        return Err(ApiError::argument(
            "Type",
            given,
            "The Type of Target is HLS.",
        ));
    }
    let status = root.get("Status").unwrap_or("enabled");
    check_status(status)?;
    let mut fields = vec![leaf("Type", "HLS")];
    for (name, default) in DEFAULTS {
        let value = target.get(name).filter(|value| !value.is_empty());
        fields.push(leaf(name, value.unwrap_or(default)));
    }
    check_target(&tree("Target", fields.clone()))?;
    let playlist = fields[3].text.clone();
    let mut children = vec![
        leaf("Description", root.get("Description").unwrap_or_default()),
        leaf("Status", status),
        tree("Target", fields),
        leaf(MODIFIED, clock::iso_date(exchange.now_ms)),
    ];
    children.extend(root.child("Snapshot").cloned());
    let node = tree("LiveChannelConfiguration", children);
    keep(exchange, KIND, &exchange.key, &node)?;
    let mut xml = Writer::new("CreateLiveChannelResult");
    write_urls(&mut xml, exchange, &exchange.key, &playlist);
    Ok(Answer::xml(xml.finish()))
}

fn check_target(target: &Node) -> Result<()> {
    for name in ["FragDuration", "FragCount"] {
        let text = target.get(name).unwrap_or_default();
        if !text
            .parse()
            .is_ok_and(|number: u32| (1..=100).contains(&number))
        {
            let message = format!("{name} lies between 1 and 100.");
            return Err(ApiError::argument(name, text, message));
        }
    }
    let name = target.get("PlaylistName").unwrap_or_default();
    if !name.ends_with(".m3u8") || !(6..=128).contains(&name.len()) {
        let message = "The playlist name ends with .m3u8 and has 6 to 128 bytes.";
        return Err(ApiError::argument("PlaylistName", name, message));
    }
    Ok(())
}

fn check_status(status: &str) -> Result<()> {
    if ["enabled", "disabled"].contains(&status) {
        return Ok(());
    }
    let message = "The status is enabled or disabled.";
    Err(ApiError::argument("status", status, message))
}

fn write_urls(xml: &mut Writer, exchange: &Exchange, channel: &str, playlist: &str) {
    let (host, bucket) = (&exchange.head.host, exchange.bucket_name());
    let host = if host.starts_with(&format!("{bucket}.")) {
        host.clone()
    } else {
        format!("{bucket}.{host}")
    };
    xml.open("PublishUrls")
        .text("Url", &format!("rtmp://{host}/live/{channel}"))
        .close()
        .open("PlayUrls")
        .text("Url", &format!("http://{host}/{channel}/{playlist}"))
        .close();
}

fn info(exchange: &Exchange) -> Result<Answer> {
    let mut node = find(exchange, &exchange.key)?;
    node.children.retain(|child| child.name != MODIFIED);
    Ok(node_answer(&node))
}

fn stat(exchange: &Exchange) -> Result<Answer> {
    let node = find(exchange, &exchange.key)?;
    let status = match node.get("Status") {
        Some("disabled") => "Disabled",
        _ => "Idle",
    };
    Ok(node_answer(&tree(
        "LiveChannelStat",
        vec![leaf("Status", status)],
    )))
}

fn put_status(exchange: &Exchange) -> Result<Answer> {
    let mut node = find(exchange, &exchange.key)?;
    let status = needed(exchange, "status")?;
    check_status(&status)?;
    for child in &mut node.children {
        if child.name == "Status" {
            child.text.clone_from(&status);
        }
    }
    keep(exchange, KIND, &exchange.key, &node)?;
    Ok(Answer::new(200))
}

fn list(exchange: &Exchange) -> Result<Answer> {
    let prefix = exchange.query("prefix").unwrap_or_default();
    let marker = exchange.query("marker").unwrap_or_default();
    let max = exchange.number("max-keys", 100, 1..=1000)? as usize;
    let mut channels: Vec<(String, Node)> = all(exchange, KIND)?
        .into_iter()
        .filter(|(name, _)| name.starts_with(&prefix) && *name > marker)
        .collect();
    let truncated = channels.len() > max;
    channels.truncate(max);
    let mut xml = Writer::new("ListLiveChannelResult");
    xml.text("Prefix", &prefix)
        .text("Marker", &marker)
        .number("MaxKeys", max)
        .number("IsTruncated", truncated);
    // The service has this element on the last page, too, and empty there.
    let last = channels.last().filter(|_| truncated);
    xml.text("NextMarker", last.map_or("", |(name, _)| name));
    for (name, node) in &channels {
        xml.open("LiveChannel").text("Name", name);
        for field in ["Description", "Status", MODIFIED] {
            xml.text(field, node.get(field).unwrap_or_default());
        }
        let target = node.child("Target");
        let playlist = target.and_then(|target| target.get("PlaylistName"));
        write_urls(&mut xml, exchange, name, playlist.unwrap_or_default());
        xml.close();
    }
    Ok(Answer::xml(xml.finish()))
}

/// The pieces that were stored between two times, as a list for players.
fn playlist(exchange: &Exchange, channel: &str) -> Result<String> {
    let time = |name: &str| -> Result<i64> {
        let text = needed(exchange, name)?;
        let message = "The time is a number of seconds since 1970.";
        let invalid = |_| ApiError::argument(name, &text, message);
        text.parse().map_err(invalid)
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    if start > end || end.saturating_sub(start) > 86_400 {
        let message = "The start time lies before the end time, by a day at most.";
        return Err(ApiError::argument("startTime", start.to_string(), message));
    }
    let prefix = format!("{channel}/");
    let bucket = exchange.bucket()?;
    let state = bucket.lock();
    let pieces: Vec<&str> = state
        .objects
        .range(prefix.clone()..)
        .take_while(|(key, _)| key.starts_with(&prefix))
        .filter(|(key, _)| key.ends_with(".ts"))
        .filter_map(|(key, _)| state.current(key))
        .filter(|version| (start..=end).contains(&(version.modified_ms / 1000)))
        .map(|version| &version.key[prefix.len()..])
        .collect();
    if pieces.is_empty() {
        let message = "No ts file found in specified time span.";
        return Err(ApiError::new(400, "InvalidArgument", message).ec("0044-00000308"));
    }
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n");
    for piece in pieces {
        text += &format!("#EXTINF:5.000,\n{piece}\n");
    }
    Ok(text + "#EXT-X-ENDLIST\n")
}

async fn post_playlist(exchange: &Exchange) -> Result<Answer> {
    let Some((channel, name)) = exchange.key.rsplit_once('/') else {
        let message = "The key consists of a channel and a playlist.";
        return Err(ApiError::argument("Key", &exchange.key, message));
    };
    if !name.ends_with(".m3u8") {
        let message = "The playlist name ends with .m3u8.";
        return Err(ApiError::argument("PlaylistName", name, message));
    }
    // The service looks for what to play before it looks for the channel.
    let text = playlist(exchange, channel)?;
    find(exchange, channel)?;
    let mut version = Version::new(&exchange.key, Kind::Normal, exchange.now_ms);
    let mut sums = Sums::new(true);
    sums.update(text.as_bytes());
    let summed = sums.finish();
    version.size = summed.len;
    version.etag = checksum::md5_hex(text.as_bytes());
    version.crc = summed.crc;
    version.headers = vec![(
        "content-type".to_owned(),
        "application/x-mpegURL".to_owned(),
    )];
    let store = &exchange.shared.store;
    let mut sink = store.sink()?;
    sink.write(text.into_bytes().into())?;
    version.body = sink.finish()?;
    let bucket = exchange.bucket()?;
    store.put(&bucket, version, |_| Ok(()))?;
    Ok(Answer::new(200))
}
