//! Names that Windows has no files for. It would take them for something else, and say nothing: `a:b` is a hidden stream of
//! the file `a`, `nul.txt` a device that forgets, and `a.` is the file `a`.

/// What is wrong with a name as the last part of a path on Windows.
pub(crate) fn windows_problem(name: &str) -> Option<&'static str> {
    if name.contains(|c: char| c < ' ' || "\\/:*?\"<>|".contains(c)) {
        return Some("it holds a character that Windows does not allow");
    }
    if name.ends_with(['.', ' ']) {
        return Some("Windows takes off points and spaces at the end");
    }
    is_device(name).then_some("Windows has a device of that name")
}

/// Whether Windows takes the name for that of a device, whatever its extension.
fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default().trim_end();
    let upper = stem.to_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&upper.as_str()) {
        return true;
    }
    let number = upper.strip_prefix("COM").or(upper.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        let digit = digits.next().is_some_and(|c| "123456789¹²³".contains(c));
        digit && digits.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_streams_and_what_is_taken_off_are_no_files() {
        for name in [
            "con",
            "NUL.txt",
            "aux .c",
            "COM\u{b9}",
            "a:b",
            "a.",
            "a ",
            "a\tb",
        ] {
            assert!(windows_problem(name).is_some(), "{name}");
        }
        for name in ["a", ".a", "a b", "console", "com10", "a.con", "\u{8def}"] {
            assert!(windows_problem(name).is_none(), "{name}");
        }
    }
}
