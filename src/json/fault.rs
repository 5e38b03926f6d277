//! Error documents in JSON, whole or not.

use super::{Parser, Value};

/// The members of the object `Error`, or of the text itself if there is none, that are not objects or arrays: names and
/// texts. Of a text that is cut off or ill-formed, what stands before the fault counts. The flag tells whether they stood in
/// an object `Error`.
pub(crate) fn error_members(text: &[u8]) -> (bool, Vec<(String, String)>) {
    let text = String::from_utf8_lossy(text);
    let mut parser = Parser {
        rest: &text,
        values: 0,
    };
    let mut members = Vec::new();
    let is_error = read(&mut parser, &mut members, true).is_err_and(|stop| stop == Stop::Error);
    (is_error, members)
}

/// Why reading stopped before the end.
#[derive(PartialEq, Eq)]
enum Stop {
    Fault,
    /// The object `Error` was read, as far as it goes.
    Error,
}

fn read(
    parser: &mut Parser<'_>,
    members: &mut Vec<(String, String)>,
    is_root: bool,
) -> Result<(), Stop> {
    let fault = |_| Stop::Fault;
    parser.take('{').map_err(fault)?;
    loop {
        parser.blanks();
        let name = parser.text().map_err(fault)?;
        parser.take(':').map_err(fault)?;
        parser.blanks();
        if is_root && name == "Error" && parser.rest.starts_with('{') {
            members.clear();
            let _ = read(parser, members, false);
            return Err(Stop::Error);
        }
        match parser.value(0).map_err(fault)? {
            Value::Text(text) | Value::Word(text) => members.push((name, text)),
            Value::Object(_) | Value::Array(_) => {}
        }
        if !parser.takes(',') {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::error_members;

    #[test]
    fn what_stands_before_a_fault_counts() {
        for (text, is_error, expected) in [
            (r#"{"Error":{"Code":"C","EC":1}}"#, true, "Code=C EC=1"),
            (r#" {"a":[1],"Error" : {"Code":"C","Mess"#, true, "Code=C"),
            (
                r#"{"x":"y","Error":{"Code":"C","Detail":{},"EC":"e""#,
                true,
                "Code=C EC=e",
            ),
            (r#"{"message":"m"}"#, false, "message=m"),
            (r#"{"Error":"text"}"#, false, "Error=text"),
            ("[]", false, ""),
            ("", false, ""),
            ("{", false, ""),
        ] {
            let (found, members) = error_members(text.as_bytes());
            let members: Vec<String> = members.iter().map(|(n, v)| format!("{n}={v}")).collect();
            assert_eq!(
                (found, members.join(" ").as_str()),
                (is_error, expected),
                "{text}"
            );
        }
    }
}
