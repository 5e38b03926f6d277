//! From a host name and a path to a bucket and a key.

use std::collections::HashMap;
use std::net::IpAddr;

/// What a request is about. The key is bytes: whether it is UTF-8 is judged after the signature.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Place {
    pub bucket: Option<String>,
    pub key: Option<Vec<u8>>,
}

/// `path` is the whole path, already percent-decoded: some clients escape even the slash behind the bucket.
pub fn resolve(
    host: &str,
    path: &[u8],
    cnames: &HashMap<String, String>,
    domains: &[String],
) -> Place {
    let path = path.strip_prefix(b"/").unwrap_or(path);
    match bucket_of_host(host, cnames, domains) {
        Some(bucket) => Place {
            bucket: Some(bucket),
            key: some(path),
        },
        None => {
            let (bucket, key) = match path.iter().position(|&byte| byte == b'/') {
                Some(slash) => (&path[..slash], &path[slash + 1..]),
                None => (path, &[][..]),
            };
            Place {
                bucket: some(bucket).map(|bucket| String::from_utf8_lossy(&bucket).into_owned()),
                key: some(key),
            }
        }
    }
}

fn some(bytes: &[u8]) -> Option<Vec<u8>> {
    (!bytes.is_empty()).then(|| bytes.to_vec())
}

/// Lower-case host name without port and brackets.
pub fn host_name(host: &str) -> String {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn bucket_of_host(
    host: &str,
    cnames: &HashMap<String, String>,
    domains: &[String],
) -> Option<String> {
    let name = host_name(host);
    if let Some(bucket) = cnames.get(&name) {
        return Some(bucket.clone());
    }
    if name.parse::<IpAddr>().is_ok() {
        return None;
    }
    let domains = domains.iter().map(String::as_str);
    for domain in domains.chain([".localhost"]) {
        if let Some(bucket) = name
            .strip_suffix(domain)
            .filter(|bucket| !bucket.is_empty())
        {
            return Some(bucket.to_owned());
        }
        if name == domain[1..] {
            return None;
        }
    }
    let labels: Vec<&str> = name.strip_suffix(".aliyuncs.com")?.split('.').collect();
    // How many labels the service's own host name has before `.aliyuncs.com`:
    // REGION.oss (both IP versions), ZONE-internal.oss-data-acc (accelerators), CLOUDBOX.REGION.oss-cloudbox, else just
    // oss-REGION, oss-accelerate and so on.
    let own = match *labels.last()? {
        "oss" | "oss-data-acc" => 2,
        label if label.starts_with("oss-cloudbox") => 3,
        _ => 1,
    };
    (labels.len() > own).then(|| labels[0].to_owned())
}

/// 3 to 63 of `a-z 0-9 -`, a letter or digit at both ends.
pub fn is_bucket_name(name: &str) -> bool {
    let end = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
        && end(bytes.first())
        && end(bytes.last())
}

/// Up to 253 characters: labels of 1 to 63 letters, digits, `-` and `_`, with dots between them.
pub fn is_host_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(allowed);
    name.len() <= 253 && name.split('.').all(is_label)
}

/// UTF-8, 1 to 1023 bytes, not beginning with a slash of either kind.
pub fn object_key(bytes: &[u8]) -> Option<&str> {
    let key = std::str::from_utf8(bytes).ok()?;
    ((1..=1023).contains(&key.len()) && !key.starts_with(['/', '\\'])).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, path: &str) -> (Option<String>, Option<String>) {
        let cnames = HashMap::from([("img.example.com".to_owned(), "pictures".to_owned())]);
        let place = resolve(host, path.as_bytes(), &cnames, &[".oss.test".to_owned()]);
        (
            place.bucket,
            place.key.map(|key| String::from_utf8(key).unwrap()),
        )
    }

    fn pair(bucket: &str, key: &str) -> (Option<String>, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (some(bucket), some(key))
    }

    #[test]
    fn every_style() {
        assert_eq!(at("b.localhost:9000", "/a//b"), pair("b", "a//b"));
        assert_eq!(at("B.OSS-cn-hangzhou.aliyuncs.com", "/"), pair("b", ""));
        assert_eq!(at("oss-cn-hangzhou.aliyuncs.com", "/"), pair("", ""));
        assert_eq!(
            at("oss-cn-hangzhou-internal.aliyuncs.com", "/b/k/"),
            pair("b", "k/")
        );
        assert_eq!(
            at("oss-b.oss-accelerate-overseas.aliyuncs.com:443", "/k"),
            pair("oss-b", "k")
        );
        assert_eq!(at("cn-hangzhou.oss.aliyuncs.com", "/"), pair("", ""));
        assert_eq!(at("b.cn-hangzhou.oss.aliyuncs.com", "/k"), pair("b", "k"));
        let accelerator = "cn-hangzhou-j-internal.oss-data-acc.aliyuncs.com";
        assert_eq!(at(accelerator, "/b/k"), pair("b", "k"));
        assert_eq!(at(&format!("b.{accelerator}"), "/k"), pair("b", "k"));
        assert_eq!(
            at("cb-1.cn-hangzhou.oss-cloudbox.aliyuncs.com", "/"),
            pair("", "")
        );
        assert_eq!(
            at("b.cb-1.cn-hangzhou.oss-cloudbox.aliyuncs.com", "/"),
            pair("b", "")
        );
        assert_eq!(at("IMG.example.com", "/b/k"), pair("pictures", "b/k"));
        assert_eq!(at("127.0.0.1:80", "/b/../k"), pair("b", "../k"));
        assert_eq!(at("b.oss.test:9000", "/k"), pair("b", "k"));
        assert_eq!(at("oss.test:9000", "/b/k"), pair("b", "k"));
        assert_eq!(at("[::1]:80", "/b//k"), pair("b", "/k"));
        assert_eq!(at("localhost", "/b"), pair("b", ""));
    }

    #[test]
    fn names() {
        let read = |file: &str| -> serde_json::Value {
            let path = format!("{}/../vectors/{file}", env!("CARGO_MANIFEST_DIR"));
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
        };
        for case in read("bucket_names.json")["cases"].as_array().unwrap() {
            let name = case["input"]["name"].as_str().unwrap();
            assert_eq!(
                is_bucket_name(name),
                case["expect"]["valid"].as_bool().unwrap(),
                "{name}"
            );
        }
        for case in read("object_keys.json")["cases"].as_array().unwrap() {
            let key = case["input"]["key"].as_str().unwrap_or_default();
            assert_eq!(
                object_key(key.as_bytes()).is_some(),
                case["expect"]["allowed_by_service_rules"]
                    .as_bool()
                    .unwrap(),
                "{key:?}"
            );
        }
    }
}
