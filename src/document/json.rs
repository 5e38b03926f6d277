//! JSON texts (RFC 8259), and paths in them. A member that is not an array counts as an array of one, as in policies.

mod fault;

pub(crate) use fault::error_members;

use zeroize::Zeroize;

use super::{Step, gap};
use crate::error::{Error, Kind, Result};

/// Longest text in bytes, as for XML.
const MAX_BYTES: usize = 16 << 20;

/// Most values of a text.
const MAX_VALUES: usize = 200_000;

/// Deepest nesting.
const MAX_DEPTH: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
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

    fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    fn member_mut(&mut self, name: &str) -> Option<&mut Value> {
        match self {
            Value::Object(members) => members.iter_mut().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    fn item(&self, index: usize) -> Option<&Value> {
        match self {
            Value::Array(items) => items.get(index),
            value => (index == 0).then_some(value),
        }
    }

    fn item_mut(&mut self, index: usize) -> Option<&mut Value> {
        match self {
            Value::Array(items) => items.get_mut(index),
            value => (index == 0).then_some(value),
        }
    }

    fn len(&self) -> usize {
        match self {
            Value::Array(items) => items.len(),
            _ => 1,
        }
    }
}

pub(super) fn find<'v>(mut value: &'v Value, steps: &[Step<'_>]) -> Option<&'v Value> {
    for step in steps {
        value = value.member(step.name)?.item(step.index.unwrap_or(0))?;
    }
    Some(value)
}

pub(super) fn count(outer: &Value, name: &str) -> usize {
    outer.member(name).map_or(0, Value::len)
}

pub(super) fn set(root: &mut Value, steps: &[Step<'_>], path: &str, text: &str) -> Result<()> {
    let mut value = root;
    for step in steps {
        value = enter(value, step, path)?;
    }
    *value = Value::Text(text.to_owned());
    Ok(())
}

pub(super) fn remove(mut value: &mut Value, steps: &[Step<'_>]) -> bool {
    let Some((last, outer)) = steps.split_last() else {
        return false;
    };
    for step in outer {
        let member = value.member_mut(step.name);
        match member.and_then(|member| member.item_mut(step.index.unwrap_or(0))) {
            Some(inner) => value = inner,
            None => return false,
        }
    }
    let Value::Object(members) = value else {
        return false;
    };
    let Some(position) = members.iter().position(|(name, _)| name == last.name) else {
        return false;
    };
    match (&mut members[position].1, last.index) {
        (Value::Array(items), Some(index)) if index < items.len() => drop(items.remove(index)),
        (Value::Array(_), Some(_)) => return false,
        (_, None | Some(0)) => drop(members.remove(position)),
        (_, Some(_)) => return false,
    }
    true
}

/// The value that `step` names, which is made if it is the next one.
fn enter<'v>(value: &'v mut Value, step: &Step<'_>, path: &str) -> Result<&'v mut Value> {
    if !matches!(value, Value::Object(_)) {
        *value = Value::Object(Vec::new());
    }
    let Value::Object(members) = value else {
        return Err(gap(path, step.name, 0));
    };
    let position = match members.iter().position(|(name, _)| name == step.name) {
        Some(position) => position,
        None => {
            let fresh = match step.index {
                Some(_) => Value::Array(Vec::new()),
                None => Value::Text(String::new()),
            };
            members.push((step.name.to_owned(), fresh));
            members.len() - 1
        }
    };
    let member = &mut members[position].1;
    let (index, there) = (step.index.unwrap_or(0), member.len());
    if index > there {
        return Err(gap(path, step.name, there));
    }
    if index == there {
        // One that stood alone becomes the first of several.
        if !matches!(member, Value::Array(_)) {
            let alone = std::mem::replace(member, Value::Array(Vec::new()));
            push(member, alone);
        }
        push(member, Value::Text(String::new()));
    }
    member
        .item_mut(index)
        .ok_or_else(|| gap(path, step.name, there))
}

fn push(array: &mut Value, value: Value) {
    if let Value::Array(items) = array {
        items.push(value);
    }
}

pub(super) fn write(out: &mut String, value: &Value) {
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
pub(super) fn parse(text: &[u8]) -> Result<Value> {
    if text.len() > MAX_BYTES {
        return Err(malformed("it is too long"));
    }
    let text = std::str::from_utf8(text).map_err(|_| malformed("it is not UTF-8"))?;
    let mut parser = Parser {
        rest: text,
        values: 0,
    };
    let value = parser.value(0)?;
    parser.blanks();
    let end = match parser.rest {
        "" => Ok(()),
        _ => Err(malformed("something follows its end")),
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
            return Err(malformed("it has too many values"));
        }
        self.blanks();
        match self.rest.as_bytes().first() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.text().map(Value::Text),
            Some(_) => self.word(),
            None => Err(malformed("it is cut off")),
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
        let is_number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            && word.parse::<f64>().is_ok_and(f64::is_finite);
        if !is_number && !["true", "false", "null"].contains(&word) {
            return Err(malformed("it has something that is not a value"));
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
            let cut_off = || malformed("it is cut off");
            let end = self.rest.find(['"', '\\']).ok_or_else(cut_off)?;
            let (plain, rest) = self.rest.split_at(end);
            if plain.bytes().any(|byte| byte < b' ') {
                return Err(malformed("a string has a control character"));
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
            _ => return Err(malformed("a string has an unknown escape")),
        })
    }

    fn code_point(&mut self) -> Result<char> {
        let unit = self.unit()?;
        let high = match unit {
            0xd800..=0xdbff => unit,
            _ => return char::from_u32(unit).ok_or_else(|| malformed("half a character")),
        };
        self.rest = self
            .rest
            .strip_prefix("\\u")
            .ok_or_else(|| malformed("half a character"))?;
        let low = self.unit()?;
        (0xdc00..=0xdfff)
            .contains(&low)
            .then(|| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            .and_then(char::from_u32)
            .ok_or_else(|| malformed("half a character"))
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32> {
        let digits = self
            .rest
            .get(..4)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.rest = self.rest.get(4..).unwrap_or_default();
        unit.ok_or_else(|| malformed("a string has an unknown escape"))
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
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
            false => Err(malformed(&format!("a {expected} is missing"))),
        }
    }
}

fn malformed(why: &str) -> Error {
    Error::new(Kind::BadResponse, format!("not a usable JSON text: {why}"))
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    const POLICY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject","oss:PutObject"],"Principal":"*","Condition":{"StringLike":{"acs:UserAgent":["a"]}}}],"n":-1.5e3,"yes":true}"#;

    #[test]
    fn reads_by_path() {
        let policy = Document::parse(POLICY.as_bytes()).unwrap();
        assert_eq!(policy.root(), "");
        for (path, expected) in [
            ("Version", Some("1")),
            ("Statement.Effect", Some("Allow")),
            ("Statement[0].Action[1]", Some("oss:PutObject")),
            ("Statement[0].Principal[0]", Some("*")),
            ("Statement.Condition.StringLike.acs:UserAgent", Some("a")),
            ("n", Some("-1.5e3")),
            ("yes", Some("true")),
            ("Statement", Some("")),
            ("Statement[1]", None),
            ("Version[1]", None),
            ("Version.x", None),
        ] {
            assert_eq!(policy.text(path), expected, "{path}");
        }
        assert_eq!(policy.count("Statement"), 1);
        assert_eq!(policy.count("Statement[0].Action"), 2);
        assert_eq!(policy.count("Statement[0].Principal"), 1);
        assert_eq!(policy.count("Statement[0].Resource"), 0);
        assert_eq!(policy.to_text(), POLICY);
    }

    #[test]
    fn builds_and_changes() {
        let mut policy = Document::json();
        for (path, value) in [
            ("Version", "1"),
            ("Statement[0].Effect", "Allow"),
            ("Statement[0].Action[0]", "a"),
            ("Statement[0].Principal", "*"),
            ("Statement[0].Principal[1]", "\"\n"),
            ("Statement[1].Effect", "Deny"),
        ] {
            policy.set(path, value).unwrap();
        }
        let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["a"],"Principal":["*","\"\u000a"]},{"Effect":"Deny"}]}"#;
        assert_eq!(policy.to_text(), text);
        assert_eq!(Document::parse(text.as_bytes()).unwrap(), policy);
        assert!(policy.remove("Statement[0]").unwrap());
        assert!(policy.remove("Version").unwrap());
        assert!(!policy.remove("Version").unwrap());
        assert_eq!(policy.to_text(), r#"{"Statement":[{"Effect":"Deny"}]}"#);
        let error = policy.set("Statement[2].Effect", "x").unwrap_err();
        assert!(error.to_string().contains("at most 1"), "{error}");
    }

    #[test]
    fn strings_are_what_they_mean() {
        let text = r#" { "a" : "\u4e2d\ud83d\ude00\/\t\"" , "b":[ ] , "c":{ } } "#;
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(document.text("a"), Some("\u{4e2d}\u{1f600}/\t\""));
        assert_eq!(document.count("b"), 0);
    }

    #[test]
    fn refuses_what_is_no_json() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let many = format!("{{\"a\":[{}1]}}", "1,".repeat(300_000));
        for text in [
            "{",
            "{}}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":01x}",
            "{\"a\":tru}",
            "{\"a\":NaN}",
            "{\"a\":\"\\q\"}",
            "{\"a\":\"\\u12\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\ud800\\u0041\"}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"",
            "{\"a\":[1",
            &deep,
            &many,
        ] {
            let error = Document::parse(text.as_bytes()).unwrap_err();
            assert!(error.to_string().contains("JSON"), "{error}");
        }
        assert!(Document::parse(b"{\"a\":\"\xff\"}").is_err());
    }
}
