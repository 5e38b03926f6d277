//! Words on the line between driver and runner.

/// A word as it travels.
pub fn encode(word: &str) -> String {
    if word.is_empty() {
        return "%".to_owned();
    }
    let mut line = String::new();
    for byte in word.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            line.push(char::from(byte));
        } else {
            line.push_str(&format!("%{byte:02X}"));
        }
    }
    line
}

/// The word that travelled; bytes that are not UTF-8 are replaced.
pub fn decode(line: &str) -> Result<String, String> {
    if line == "%" {
        return Ok(String::new());
    }
    let mut bytes = Vec::new();
    let mut rest = line.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = more;
            continue;
        }
        let digits = more
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .ok_or_else(|| format!("{line}: % without two hex digits"))?;
        bytes.push(digits);
        rest = &more[2..];
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The bytes that a BODY describes.
pub fn body(text: &str) -> Result<Vec<u8>, String> {
    match text.split_once(':') {
        Some(("text", text)) => Ok(text.as_bytes().to_vec()),
        Some(("pattern", length)) => {
            let length: usize = length.parse().map_err(|_| format!("{text}: no length"))?;
            Ok((0..length).map(|index| (index % 251) as u8).collect())
        }
        _ => Err(format!("{text:?} is no BODY")),
    }
}

/// FNV-1a of 64 bits.
pub fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(14_695_981_039_346_656_037, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
        })
}

/// Whether `text` is what `pattern` says, in which `*` stands for anything.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
