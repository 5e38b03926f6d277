//! What to say when the service computed another signature: both sides signed a text, and the service tells its own.

use zeroize::Zeroizing;

use super::prepared::Prepared;
use super::{Inner, Signer};
use crate::error::Error;
use crate::escape::Sink;
use crate::sign::{self, Parts};

/// The elements in which the service tells what it signed.
const CANONICAL_REQUEST: [&str; 2] = ["CanonicalRequest", "ServerCanonicalRequest"];
const STRING_TO_SIGN: [&str; 2] = ["StringToSign", "ServerStringToSign"];

/// Texts that are not shown, nor what follows them in a line.
const SECRETS: [&str; 6] = [
    "security-token",
    "signature",
    "authorization",
    "encryption-customer-key",
    "x-oss-request-token",
    "x-oss-callback-var",
];

/// Longest part of a line that is shown.
const SHOWN: usize = 200;

/// In which line the text that the service signed differs from ours, or that they are the same; `None` if the service does
/// not tell.
pub(super) fn difference(client: &Inner, call: &Prepared<'_>, error: &Error) -> Option<String> {
    let details = &error.service()?.details;
    let told = |names: [&str; 2]| {
        let mut details = details.iter();
        details.find(|(name, text)| names.contains(&name.as_str()) && !text.is_empty())
    };
    let canonical = told(CANONICAL_REQUEST);
    let to_sign = told(STRING_TO_SIGN);
    if canonical.is_none() && to_sign.is_none() {
        return None;
    }
    let ours = signed_texts(client, call)?;
    if let (Some(ours), Some((name, theirs))) = (&ours.canonical_request, canonical)
        && let Some(difference) = first_difference(name, &ours.0, theirs)
    {
        return Some(difference);
    }
    if let Some((name, theirs)) = to_sign
        && let Some(difference) = first_difference(name, &ours.string_to_sign.0, theirs)
    {
        return Some(difference);
    }
    Some(
        "the service signed the same text as this library, so the access key secret is not the one of this access key id"
            .to_owned(),
    )
}

/// What we signed.
struct Signed {
    /// Of V4 only.
    canonical_request: Option<Private>,
    string_to_sign: Private,
}

/// A text with a token in it, which is wiped when it is dropped and when it moves.
#[derive(Default)]
struct Private(Zeroizing<String>);

impl Sink for Private {
    fn put(&mut self, text: &str) {
        let size = self.0.len() + text.len();
        if size > self.0.capacity() {
            let mut larger = Zeroizing::new(String::with_capacity(2 * size));
            larger.push_str(&self.0);
            self.0 = larger;
        }
        self.0.push_str(text);
    }
}

fn signed_texts(client: &Inner, call: &Prepared<'_>) -> Option<Signed> {
    let parts = Parts {
        method: call.operation.method.as_str(),
        bucket: client.bucket.as_deref(),
        key: call.key,
        query: &call.query,
        headers: &call.headers,
    };
    let header = |wanted: &str| {
        let mut headers = call.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_ref())
    };
    let mut string_to_sign = Private::default();
    match &client.signer {
        Signer::V1(scheme) => {
            let date = header("x-oss-date").or(header("date")).unwrap_or_default();
            scheme.string_to_sign(&mut string_to_sign, &parts, date);
            Some(Signed {
                canonical_request: None,
                string_to_sign,
            })
        }
        Signer::V4 {
            region,
            product,
            additional_headers,
            ..
        } => {
            let scope = sign::v4::Scope { region, product };
            let names = sign::v4::additional_names(additional_headers, &call.headers);
            let mut request = Private::default();
            sign::v4::canonical_request(&mut request, &parts, &names);
            let hash = sign::v4::hash(&request.0);
            let date = header("x-oss-date")?;
            sign::v4::string_to_sign(&mut string_to_sign, date, &scope, &hash);
            Some(Signed {
                canonical_request: Some(request),
                string_to_sign,
            })
        }
    }
}

/// The first line that is not the same, in words; blanks at the ends of the texts do not count.
fn first_difference(name: &str, ours: &str, theirs: &str) -> Option<String> {
    let (ours, theirs) = (ours.trim(), theirs.trim());
    if ours == theirs {
        return None;
    }
    let (mut our_lines, mut their_lines) = (ours.split('\n'), theirs.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        let (ours, theirs) = (our_lines.next(), their_lines.next());
        if ours == theirs && ours.is_some() {
            continue;
        }
        return Some(format!(
            "line {line} of {name} differs: {} here, {} at the service",
            shown(ours),
            shown(theirs)
        ));
    }
}

/// A line without what is secret in it.
fn shown(line: Option<&str>) -> String {
    let Some(line) = line else {
        return "nothing".to_owned();
    };
    let lower = line.to_ascii_lowercase();
    let secret = SECRETS
        .iter()
        .filter_map(|secret| lower.find(secret).map(|begin| begin + secret.len()))
        .min();
    let end = secret.unwrap_or(line.len()).min(SHOWN);
    let end = (0..=end).rev().find(|end| line.is_char_boundary(*end));
    let begin = line.get(..end.unwrap_or(0)).unwrap_or_default();
    match begin.len() == line.len() {
        true => format!("{line:?}"),
        false => format!("{begin:?}..."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_shown() {
        for (ours, theirs, expected) in [
            ("a\nb\n", "a\nb", None),
            (
                "a\nb",
                "a\nc",
                Some("line 2 of X differs: \"b\" here, \"c\" at the service"),
            ),
            (
                "a",
                "a\nc",
                Some("line 2 of X differs: nothing here, \"c\" at the service"),
            ),
            (
                "a\nc",
                "a",
                Some("line 2 of X differs: \"c\" here, nothing at the service"),
            ),
        ] {
            assert_eq!(first_difference("X", ours, theirs).as_deref(), expected);
        }
    }

    #[test]
    fn secrets_and_endless_lines_are_left_out() {
        assert_eq!(
            shown(Some("x-oss-security-token:CAISsecret")),
            "\"x-oss-security-token\"..."
        );
        assert_eq!(
            shown(Some("/b/k?security-token=CAIS&x=1")),
            "\"/b/k?security-token\"..."
        );
        let long = "\u{4e2d}".repeat(1000);
        assert!(shown(Some(&long)).len() < 300);
    }
}
