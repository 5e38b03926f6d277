//! Documents addressed by path: configurations are read and changed field by field, and what is not named stays.
//!
//! A path is names joined by dots, each with the number of the element among its like-named siblings in brackets, from 0,
//! which may be left out: `Rule[1].Expiration.Days`. The root is not named. JSON texts are addressed in the same way: what
//! has an index is an array.

mod elements;
mod values;

use crate::error::{Error, Result};
use crate::json::{self, Value};
use crate::xml::{self, Element};

/// Longest path, in names.
const MAX_STEPS: usize = 32;

/// An XML document or a JSON text in memory. Attributes and comments of XML are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Xml(Element),
    Json(Value),
}

/// One name of a path.
struct Step<'p> {
    name: &'p str,
    index: Option<usize>,
}

impl Document {
    /// An empty XML document with the root element `root`.
    pub fn new(root: &str) -> Document {
        Document(Kind::Xml(Element {
            name: root.to_owned(),
            ..Element::default()
        }))
    }

    /// An empty JSON object.
    pub fn json() -> Document {
        Document(Kind::Json(Value::Object(Vec::new())))
    }

    /// Reads an XML document or a JSON object in UTF-8: at most 16 MiB, 200 000 elements and 64 levels, XML without a document
    /// type declaration.
    pub fn parse(text: &[u8]) -> Result<Document> {
        let unusable = |error: Error| Error::new(error.kind(), format!("the answer is {error}"));
        Document::read(text).map_err(unusable)
    }

    /// As [`parse`](Document::parse), of a document that the caller gave as the argument `name`.
    pub(crate) fn parse_named(text: &[u8], name: &str) -> Result<Document> {
        let unusable = |error: Error| Error::unusable(name, format_args!("it is {error}"));
        Document::read(text).map_err(unusable)
    }

    fn read(text: &[u8]) -> Result<Document> {
        let kind = match text.trim_ascii_start().first() {
            Some(b'{') => Kind::Json(json::parse(text)?),
            Some(b'[' | b'"') => return Err(json::unusable("it is not an object")),
            _ => Kind::Xml(xml::parse(text)?),
        };
        Ok(Document(kind))
    }

    /// Name of the root element; "" for JSON.
    pub fn root(&self) -> &str {
        match &self.0 {
            Kind::Xml(root) => &root.name,
            Kind::Json(_) => "",
        }
    }

    /// The text at `path`, "" if there are only others inside; `None` if there is none. The empty path is the root. Numbers
    /// and the like of JSON are given as they are written.
    pub fn text(&self, path: &str) -> Option<&str> {
        let steps = lookup(path)?;
        match &self.0 {
            Kind::Xml(root) => elements::find(root, &steps).map(|element| element.text.as_str()),
            Kind::Json(root) => values::find(root, &steps).map(Value::text),
        }
    }

    /// How many there are with the last name of `path`, whose index does not count.
    pub fn count(&self, path: &str) -> usize {
        let Some(mut steps) = lookup(path) else {
            return 0;
        };
        let Some(last) = steps.pop() else {
            return 0;
        };
        match &self.0 {
            Kind::Xml(root) => elements::find(root, &steps)
                .map_or(0, |outer| outer.children_named(last.name).count()),
            Kind::Json(root) => {
                values::find(root, &steps).map_or(0, |outer| values::count(outer, last.name))
            }
        }
    }

    /// The last name of the path to element number `index` inside of the one at `path` of an XML document, such as `Rule[1]`;
    /// `None` after the last.
    pub fn name_at(&self, path: &str, index: usize) -> Option<String> {
        let steps = lookup(path)?;
        match &self.0 {
            Kind::Xml(root) => elements::name_at(elements::find(root, &steps)?, index),
            Kind::Json(_) => None,
        }
    }

    /// Sets the text at `path`, making what it leads through where that is missing. An index may be at most the number of
    /// those that are there, and then adds one. What is inside is taken out. In JSON the value is a string.
    pub fn set(&mut self, path: &str, value: &str) -> Result<()> {
        let steps = steps(path)?;
        match &mut self.0 {
            Kind::Xml(root) => elements::set(root, &steps, path, value),
            Kind::Json(root) => values::set(root, &steps, path, value),
        }
    }

    /// Takes out what is at `path`; whether there was anything.
    pub fn remove(&mut self, path: &str) -> Result<bool> {
        let steps = steps(path)?;
        Ok(match &mut self.0 {
            Kind::Xml(root) => elements::remove(root, &steps),
            Kind::Json(root) => values::remove(root, &steps),
        })
    }

    /// Overwrites the texts of a JSON document that holds secrets.
    #[cfg(feature = "credentials")]
    pub(crate) fn wipe(&mut self) {
        if let Kind::Json(root) = &mut self.0 {
            root.wipe();
        }
    }

    /// The document in UTF-8.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        match &self.0 {
            Kind::Xml(root) => elements::write(&mut out, root),
            Kind::Json(root) => json::write(&mut out, root),
        }
        out
    }
}

/// The steps of a path that is only looked up; `None` if nothing can be there.
fn lookup(path: &str) -> Option<Vec<Step<'_>>> {
    let parts = path.split('.').filter(|_| !path.is_empty());
    parts.map(Step::parse).collect()
}

/// The steps of a path that is to be made.
fn steps(path: &str) -> Result<Vec<Step<'_>>> {
    let steps: Option<Vec<_>> = path.split('.').map(Step::parse).collect();
    steps
        .filter(|steps| steps.len() <= MAX_STEPS)
        .ok_or_else(|| {
            Error::unusable(
                "path",
                format_args!(
                    "{path:?} is not a path; one is at most {MAX_STEPS} names of elements joined by dots, each perhaps with an \
                     index from 0, such as \"Rule[0].Expiration.Days\""
                ),
            )
        })
}

/// The error of an index that leaves a gap.
fn gap(path: &str, name: &str, there: usize) -> Error {
    Error::unusable(
        "path",
        format_args!(
            "{path:?} skips elements; there are {there} of the name {name} there, so its index can be at most {there}"
        ),
    )
}

impl<'p> Step<'p> {
    fn parse(text: &'p str) -> Option<Step<'p>> {
        let (name, index) = match text.strip_suffix(']') {
            None => (text, None),
            Some(rest) => {
                let (name, index) = rest.split_once('[')?;
                (name, Some(index.parse().ok()?))
            }
        };
        // Colons are in the names of conditions of policies.
        let plain = name.replace(':', "_");
        xml::is_name(plain.as_bytes()).then_some(Step { name, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARATION: &str = elements::DECLARATION;

    const LIFECYCLE: &str = "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status></Rule><Rule><ID>b</ID>\
         <New><Deep>1</Deep></New></Rule></LifecycleConfiguration>";

    fn lifecycle() -> Document {
        Document::parse(LIFECYCLE.as_bytes()).unwrap()
    }

    #[test]
    fn reads_by_path() {
        let document = lifecycle();
        assert_eq!(document.root(), "LifecycleConfiguration");
        assert_eq!(document.text("Rule.ID"), Some("a"));
        assert_eq!(document.text("Rule[1].New.Deep"), Some("1"));
        assert_eq!(document.text("Rule[1].New"), Some(""));
        assert_eq!(document.text(""), Some(""));
        for missing in [
            "Rule[2]",
            "Rule[2].ID",
            "ID",
            "Rule.",
            ".",
            "Rule[",
            "Rule[x]",
            "[0]",
            "Rule[0].ID[1]",
        ] {
            assert_eq!(document.text(missing), None, "{missing}");
        }
        assert_eq!(document.count("Rule"), 2);
        assert_eq!(document.count("Rule[1].New"), 1);
        assert_eq!(document.count("Rule[0].New"), 0);
        assert_eq!(document.count("Rule[7].New"), 0);
        assert_eq!(document.count(""), 0);
        let names = |path: &str| -> Vec<_> {
            let name_at = |index| document.name_at(path, index);
            (0..).map_while(name_at).collect()
        };
        assert_eq!(names(""), ["Rule[0]", "Rule[1]"]);
        assert_eq!(names("Rule[1]"), ["ID[0]", "New[0]"]);
        assert_eq!(names("Rule[1].New[0].Deep"), [""; 0]);
        assert_eq!(names("Rule[2]"), [""; 0]);
    }

    #[test]
    fn json_that_is_not_an_object_is_told_so() {
        for text in ["[]", " [{}]", "\"text\""] {
            let error = Document::parse_named(text.as_bytes(), "body").unwrap_err();
            assert_eq!(
                error.to_string(),
                "`body`: it is not a usable JSON text: it is not an object"
            );
        }
    }

    #[test]
    fn changes_what_is_named_and_nothing_else() {
        let mut document = lifecycle();
        document.set("Rule[0].Expiration.Days", "30").unwrap();
        document.set("Rule[1].ID", "<&>\r").unwrap();
        document.set("Rule[2].ID", "c").unwrap();
        assert!(document.remove("Rule[0].Status").unwrap());
        assert!(!document.remove("Rule[0].Status").unwrap());
        assert_eq!(
            document.to_text(),
            format!(
                "{DECLARATION}<LifecycleConfiguration><Rule><ID>a</ID><Expiration><Days>30</Days></Expiration></Rule>\
                 <Rule><ID>&lt;&amp;&gt;&#13;</ID><New><Deep>1</Deep></New></Rule><Rule><ID>c</ID></Rule>\
                 </LifecycleConfiguration>"
            )
        );
        assert_eq!(
            Document::parse(document.to_text().as_bytes()).unwrap(),
            document
        );
    }

    #[test]
    fn new_siblings_stand_after_the_old_ones() {
        let mut document = Document::new("CORSConfiguration");
        for (path, value) in [
            ("CORSRule.AllowedOrigin[0]", "a"),
            ("CORSRule.MaxAgeSeconds", "10"),
            ("CORSRule.AllowedOrigin[1]", "b"),
        ] {
            document.set(path, value).unwrap();
        }
        assert!(document.to_text().ends_with(
            "<CORSRule><AllowedOrigin>a</AllowedOrigin><AllowedOrigin>b</AllowedOrigin><MaxAgeSeconds>10</MaxAgeSeconds>\
             </CORSRule></CORSConfiguration>"
        ));
    }

    #[test]
    fn refuses_what_is_not_a_path() {
        let mut document = lifecycle();
        let deep = vec!["a"; 33].join(".");
        for path in [
            "",
            ".",
            "a.",
            "a b",
            "a[1",
            "a]",
            "a[-1]",
            "<a>",
            "a:b",
            "Rule[3].ID",
            "Rule[0].ID[2]",
            "New.Deep[1]",
            "Rule[2].ID[1]",
            "Rule[0].ID.Deep[1]",
            "Rule[0].New.Deep.Deeper[1]",
            &deep,
        ] {
            let error = document.set(path, "x").unwrap_err();
            assert!(error.to_string().contains("`path`"), "{path}: {error}");
        }
        let error = document.set("Rule.ID", "a\u{1}").unwrap_err();
        assert!(error.to_string().contains("U+0001"), "{error}");
        assert_eq!(document, lifecycle());
    }
}
