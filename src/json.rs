//! JSON texts (RFC 8259): read, checked and written.

mod fault;

pub(crate) use fault::error_members;

use zeroize::Zeroize;

use crate::error::{Error, Kind, Result};

/// Longest text in bytes, as for XML.
const MAX_BYTES: usize = 16 << 20;

/// What may stand between the parts of a text.
pub(crate) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Most values of a text.
const MAX_VALUES: usize = 200_000;

/// Deepest nesting.
const MAX_DEPTH: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Members in their order.
    Object(Vec<(String, Value)>),
    Array(Vec<Value>),
    Text(String),
    /// A number, `true`, `false` or `null`, as it is written.
    Word(String),
}

impl Value {
    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) | Value::Word(text) => text,
            Value::Object(_) | Value::Array(_) => "",
        }
    }

    /// Overwrites all texts.
    pub fn wipe(&mut self) {
        match self {
            Value::Object(members) => members.iter_mut().for_each(|(_, value)| value.wipe()),
            Value::Array(items) => items.iter_mut().for_each(Value::wipe),
            Value::Text(text) | Value::Word(text) => text.zeroize(),
        }
    }
}

pub(crate) fn write(out: &mut String, value: &Value) {
    match value {
        Value::Text(text) => write_text(out, text),
        Value::Word(word) => out.push_str(word),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                separate(out, position);
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (position, (name, value)) in members.iter().enumerate() {
                separate(out, position);
                write_text(out, name);
                out.push(':');
                write(out, value);
            }
            out.push('}');
        }
    }
}

fn separate(out: &mut String, position: usize) {
    if position > 0 {
        out.push(',');
    }
}

/// Appends `text` as a string (section 7).
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// An error if the text is not JSON.
pub(crate) fn check(text: &[u8]) -> Result<()> {
    parse(text).map(drop)
}

/// Reads a whole text.
pub(crate) fn parse(text: &[u8]) -> Result<Value> {
    if text.len() > MAX_BYTES {
        return Err(unusable("it is too long"));
    }
    let text = std::str::from_utf8(text).map_err(|_| unusable("it is not UTF-8"))?;
    let mut parser = Parser {
        rest: text,
        values: 0,
    };
    let value = parser.value(0)?;
    parser.blanks();
    let end = match parser.rest {
        "" => Ok(()),
        _ => Err(unusable("something follows its end")),
    };
    whole(value, end)
}

/// How many bytes come before the quote that ends a text; what is escaped takes more there than it stands for.
fn length_of_text(rest: &str) -> usize {
    let mut is_escaped = false;
    let end = rest.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.unwrap_or(0)
}

/// The value, or what was wrong further on: then there may be secrets in what was read so far.
fn whole(mut value: Value, read: Result<()>) -> Result<Value> {
    match read {
        Ok(()) => Ok(value),
        Err(error) => {
            value.wipe();
            Err(error)
        }
    }
}

struct Parser<'t> {
    rest: &'t str,
    values: usize,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Result<Value> {
        self.values += 1;
        if depth > MAX_DEPTH || self.values > MAX_VALUES {
            return Err(unusable("it has too many values"));
        }
        self.blanks();
        match self.rest.as_bytes().first() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.text().map(Value::Text),
            Some(_) => self.word(),
            None => Err(unusable("it is cut off")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        let mut members = Vec::new();
        let read = self.members(&mut members, depth);
        whole(Value::Object(members), read)
    }

    fn members(&mut self, members: &mut Vec<(String, Value)>, depth: usize) -> Result<()> {
        self.take('{')?;
        if self.takes('}') {
            return Ok(());
        }
        loop {
            self.blanks();
            let name = self.text()?;
            self.take(':')?;
            members.push((name, self.value(depth + 1)?));
            if !self.takes(',') {
                return self.take('}');
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        let read = self.items(&mut items, depth);
        whole(Value::Array(items), read)
    }

    fn items(&mut self, items: &mut Vec<Value>, depth: usize) -> Result<()> {
        self.take('[')?;
        if self.takes(']') {
            return Ok(());
        }
        loop {
            items.push(self.value(depth + 1)?);
            if !self.takes(',') {
                return self.take(']');
            }
        }
    }

    fn word(&mut self) -> Result<Value> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if !is_number(word) && !["true", "false", "null"].contains(&word) {
            return Err(unusable("it has something that is not a value"));
        }
        self.rest = rest;
        Ok(Value::Word(word.to_owned()))
    }

    fn text(&mut self) -> Result<String> {
        self.take('"')?;
        // Room for all of it: secrets leave no copies behind by growing.
        let mut text = String::with_capacity(length_of_text(self.rest));
        let read = self.read_text(&mut text);
        read.inspect_err(|_| text.zeroize())?;
        Ok(text)
    }

    fn read_text(&mut self, text: &mut String) -> Result<()> {
        loop {
            let cut_off = || unusable("it is cut off");
            let end = self.rest.find(['"', '\\']).ok_or_else(cut_off)?;
            let (plain, rest) = self.rest.split_at(end);
            if plain.bytes().any(|byte| byte < b' ') {
                return Err(unusable("a string has a control character"));
            }
            text.push_str(plain);
            self.rest = rest.get(1..).unwrap_or_default();
            if rest.starts_with('"') {
                return Ok(());
            }
            text.push(self.escape()?);
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<char> {
        let mut characters = self.rest.chars();
        let escaped = characters.next();
        self.rest = characters.as_str();
        Ok(match escaped {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => self.code_point()?,
            _ => return Err(unusable("a string has an unknown escape")),
        })
    }

    fn code_point(&mut self) -> Result<char> {
        let unit = self.unit()?;
        let high = match unit {
            0xd800..=0xdbff => unit,
            _ => return char::from_u32(unit).ok_or_else(|| unusable("half a character")),
        };
        self.rest = self
            .rest
            .strip_prefix("\\u")
            .ok_or_else(|| unusable("half a character"))?;
        let low = self.unit()?;
        (0xdc00..=0xdfff)
            .contains(&low)
            .then(|| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            .and_then(char::from_u32)
            .ok_or_else(|| unusable("half a character"))
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32> {
        let digits = self
            .rest
            .get(..4)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.rest = self.rest.get(4..).unwrap_or_default();
        unit.ok_or_else(|| unusable("a string has an unknown escape"))
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(BLANKS);
    }

    fn takes(&mut self, expected: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn take(&mut self, expected: char) -> Result<()> {
        match self.takes(expected) {
            true => Ok(()),
            false => Err(unusable(&format!("a {expected} is missing"))),
        }
    }
}

/// Whether `word` is a number (section 6). Its value is not asked for: reading floating point would be 14 KB.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent.strip_prefix(['+', '-']).unwrap_or(exponent),
        ),
        None => (word, "0"),
    };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && digits(fraction)
        && digits(exponent)
}

pub(crate) fn unusable(why: &str) -> Error {
    Error::new(Kind::BadResponse, format!("not a usable JSON text: {why}"))
}

#[cfg(test)]
mod tests {
    use super::is_number;

    #[test]
    fn numbers_are_those_of_the_standard() {
        for word in ["0", "-0", "10", "-1.5e3", "1E+2", "0.0", "1e-07", "1e999"] {
            assert!(is_number(word), "{word}");
        }
        for word in [
            "", "-", "01", "-01", "1.", ".5", "1e", "1e+", "+1", "1.2.3", "0x1", "1e5.0", "--1",
            "NaN",
        ] {
            assert!(!is_number(word), "{word}");
        }
    }
}
