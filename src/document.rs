//! XML documents addressed by path: configurations are read and changed field by field, and what is not named stays.
//!
//! A path is names joined by dots, each with the number of the element among its like-named siblings in brackets, from 0,
//! which may be left out: `Rule[1].Expiration.Days`. The root is not named.

use crate::error::{Error, Result};
use crate::xml::{self, Element};

/// Longest path, in names.
const MAX_STEPS: usize = 32;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// An XML document in memory. Attributes and comments are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    root: Element,
}

/// One name of a path.
struct Step<'p> {
    name: &'p str,
    index: usize,
}

impl Document {
    /// An empty document with the root element `root`.
    pub fn new(root: &str) -> Document {
        let root = Element {
            name: root.to_owned(),
            ..Element::default()
        };
        Document { root }
    }

    /// Reads a document: UTF-8, at most 16 MiB, 200 000 elements and 64 levels, without a document type declaration.
    pub fn parse(text: &[u8]) -> Result<Document> {
        xml::parse(text).map(|root| Document { root })
    }

    /// Name of the root element.
    pub fn root(&self) -> &str {
        &self.root.name
    }

    /// The text of the element at `path`, "" if it holds only other elements; `None` if there is none. The empty path is the
    /// root.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.find(path).map(|element| element.text.as_str())
    }

    /// How many elements there are with the last name of `path`, whose index does not count.
    pub fn count(&self, path: &str) -> usize {
        let (outer, last) = path.rsplit_once('.').unwrap_or(("", path));
        let Ok(step) = Step::parse(last) else {
            return 0;
        };
        self.find(outer)
            .map_or(0, |outer| outer.children_named(step.name).count())
    }

    /// Sets the text of the element at `path`, making it and those around it where they are missing. An index may be at most
    /// the number of elements that are there, and then adds one. Elements inside are taken out.
    pub fn set(&mut self, path: &str, value: &str) -> Result<()> {
        if let Some(forbidden) = value.chars().find(|&c| !xml::is_character(c)) {
            return Err(Error::invalid(format!(
                "`{path}`: {value:?} has the character U+{:04X}, which an XML document cannot carry",
                u32::from(forbidden)
            )));
        }
        let mut element = &mut self.root;
        for step in steps(path)? {
            element = step.enter(element, path)?;
        }
        element.children.clear();
        value.clone_into(&mut element.text);
        Ok(())
    }

    /// Takes out the element at `path` with all that is in it; whether there was one.
    pub fn remove(&mut self, path: &str) -> Result<bool> {
        let mut steps = steps(path)?;
        let Some(last) = steps.pop() else {
            return Ok(false);
        };
        let mut element = &mut self.root;
        for step in steps {
            match step.position(element) {
                Some(position) => element = &mut element.children[position],
                None => return Ok(false),
            }
        }
        let position = last.position(element);
        if let Some(position) = position {
            element.children.remove(position);
        }
        Ok(position.is_some())
    }

    /// The document as text, in UTF-8.
    pub fn to_xml(&self) -> String {
        let mut out = DECLARATION.to_owned();
        write(&mut out, &self.root);
        out
    }

    fn find(&self, path: &str) -> Option<&Element> {
        let mut element = &self.root;
        for part in path.split('.').filter(|_| !path.is_empty()) {
            let step = Step::parse(part).ok()?;
            element = element.children.get(step.position(element)?)?;
        }
        Some(element)
    }
}

fn steps(path: &str) -> Result<Vec<Step<'_>>> {
    let steps: Vec<_> = path
        .split('.')
        .take(MAX_STEPS + 1)
        .map(Step::parse)
        .collect();
    let fine = steps.len() <= MAX_STEPS && steps.iter().all(Result::is_ok);
    if !fine {
        return Err(Error::invalid(format!(
            "`path`: {path:?} is no path; one is at most {MAX_STEPS} names of elements joined by dots, each perhaps with an \
             index from 0, such as \"Rule[0].Expiration.Days\""
        )));
    }
    steps.into_iter().collect()
}

impl<'p> Step<'p> {
    fn parse(text: &'p str) -> Result<Step<'p>> {
        let malformed = || Error::invalid(format!("{text:?} is no name of an element"));
        let (name, index) = match text.strip_suffix(']') {
            None => (text, 0),
            Some(rest) => {
                let (name, index) = rest.split_once('[').ok_or_else(malformed)?;
                (name, index.parse().map_err(|_| malformed())?)
            }
        };
        if !xml::is_name(name.as_bytes()) {
            return Err(malformed());
        }
        Ok(Step { name, index })
    }

    fn position(&self, element: &Element) -> Option<usize> {
        let mut named = element.children.iter().enumerate();
        let mut left = self.index;
        named
            .find(|(_, child)| {
                let found = child.name == self.name && left == 0;
                left -= usize::from(child.name == self.name && left > 0);
                found
            })
            .map(|(position, _)| position)
    }

    /// The child that this step names, which is made behind its like-named siblings if it is the next one.
    fn enter<'e>(&self, element: &'e mut Element, path: &str) -> Result<&'e mut Element> {
        let position = match self.position(element) {
            Some(position) => position,
            None => {
                let siblings = element.children_named(self.name).count();
                if self.index > siblings {
                    return Err(Error::invalid(format!(
                        "`path`: {path:?} skips elements; there are {siblings} of the name {} there, so its index can be at \
                         most {siblings}",
                        self.name
                    )));
                }
                let last = element
                    .children
                    .iter()
                    .rposition(|child| child.name == self.name);
                let position = last.map_or(element.children.len(), |last| last + 1);
                let child = Element {
                    name: self.name.to_owned(),
                    ..Element::default()
                };
                element.children.insert(position, child);
                // Text beside elements means nothing in these documents.
                element.text.clear();
                position
            }
        };
        Ok(&mut element.children[position])
    }
}

fn write(out: &mut String, element: &Element) {
    if element.children.is_empty() {
        return xml::element(out, &element.name, &element.text);
    }
    for part in ["<", &element.name, ">"] {
        out.push_str(part);
    }
    xml::escape(out, &element.text);
    for child in &element.children {
        write(out, child);
    }
    for part in ["</", &element.name, ">"] {
        out.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            document.to_xml(),
            format!(
                "{DECLARATION}<LifecycleConfiguration><Rule><ID>a</ID><Expiration><Days>30</Days></Expiration></Rule>\
                 <Rule><ID>&lt;&amp;&gt;&#13;</ID><New><Deep>1</Deep></New></Rule><Rule><ID>c</ID></Rule>\
                 </LifecycleConfiguration>"
            )
        );
        assert_eq!(
            Document::parse(document.to_xml().as_bytes()).unwrap(),
            document
        );
    }

    #[test]
    fn new_siblings_stand_behind_the_old_ones() {
        let mut document = Document::new("CORSConfiguration");
        for (path, value) in [
            ("CORSRule.AllowedOrigin[0]", "a"),
            ("CORSRule.MaxAgeSeconds", "10"),
            ("CORSRule.AllowedOrigin[1]", "b"),
        ] {
            document.set(path, value).unwrap();
        }
        assert!(document.to_xml().ends_with(
            "<CORSRule><AllowedOrigin>a</AllowedOrigin><AllowedOrigin>b</AllowedOrigin><MaxAgeSeconds>10</MaxAgeSeconds>\
             </CORSRule></CORSConfiguration>"
        ));
    }

    #[test]
    fn refuses_what_is_no_path() {
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
