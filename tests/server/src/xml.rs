//! XML: a writer for answers and a small, bounded reader for request bodies.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Builds a document; elements stay open until [`Writer::close`] or [`Writer::finish`].
pub struct Writer {
    out: String,
    open: Vec<&'static str>,
}

impl Writer {
    pub fn new(root: &'static str) -> Writer {
        let mut writer = Writer {
            out: DECLARATION.to_owned(),
            open: Vec::new(),
        };
        writer.open(root);
        writer
    }

    pub fn open(&mut self, name: &'static str) -> &mut Writer {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.open.push(name);
        self
    }

    pub fn close(&mut self) -> &mut Writer {
        if let Some(name) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        self
    }

    pub fn text(&mut self, name: &str, value: &str) -> &mut Writer {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        escape(value, &mut self.out);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        self
    }

    pub fn number(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Writer {
        self.text(name, &value.to_string())
    }

    /// Text of the element that is open.
    pub fn content(&mut self, value: &str) -> &mut Writer {
        escape(value, &mut self.out);
        self
    }

    pub fn node(&mut self, node: &Node) -> &mut Writer {
        if node.children.is_empty() {
            return self.text(&node.name, &node.text);
        }
        self.out.push_str(&format!("<{}>", node.name));
        for child in &node.children {
            self.node(child);
        }
        self.out.push_str(&format!("</{}>", node.name));
        self
    }

    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }
}

/// Control characters have no legal form in XML 1.0; like the service, this writes a numeric reference.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(character),
            control if (control as u32) < 0x20 => {
                out.push_str(&format!("&#x{:x};", control as u32))
            }
            other => out.push(other),
        }
    }
}

/// An element with its children; attributes and comments are dropped.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Node {
    pub name: String,
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Text of a child without the blanks around it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }
}

/// An element as text, without a declaration.
pub fn write_node(node: &Node) -> String {
    let mut writer = Writer {
        out: String::new(),
        open: Vec::new(),
    };
    writer.node(node);
    writer.finish()
}

/// Reads a document. Errors are texts for `MalformedXML`; nothing here resolves entities or nests deeply.
pub fn parse(body: &[u8]) -> Result<Node, String> {
    const DEEPEST: usize = 64;
    let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut stack: Vec<Node> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                if stack.len() >= DEEPEST || root.is_some() {
                    return Err("nested too deeply, or two roots".to_owned());
                }
                stack.push(node(&start)?);
            }
            Event::Empty(start) => {
                let node = node(&start)?;
                add(&mut stack, &mut root, node)?;
            }
            Event::End(_) => {
                let node = stack.pop().ok_or("an end without a start")?;
                add(&mut stack, &mut root, node)?;
            }
            Event::Text(piece) => push(&mut stack, &piece)?,
            Event::CData(piece) => push(&mut stack, &piece)?,
            Event::GeneralRef(reference) => {
                let name = reference.to_string();
                push(
                    &mut stack,
                    &resolve(&name).ok_or_else(|| format!("unknown entity {name}"))?,
                )?;
            }
            Event::DocType(_) => return Err("a document type is not allowed".to_owned()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    if stack.is_empty() {
        root.ok_or_else(|| "no root element".to_owned())
    } else {
        Err("an element is not closed".to_owned())
    }
}

fn node(start: &BytesStart<'_>) -> Result<Node, String> {
    let name = start.local_name().into_inner().to_owned();
    for attribute in start.attributes() {
        attribute.map_err(|error| error.to_string())?;
    }
    Ok(Node {
        name,
        ..Node::default()
    })
}

fn add(stack: &mut [Node], root: &mut Option<Node>, node: Node) -> Result<(), String> {
    match stack.last_mut() {
        Some(parent) => parent.children.push(node),
        None if root.is_none() => *root = Some(node),
        None => return Err("two roots".to_owned()),
    }
    Ok(())
}

fn push(stack: &mut [Node], text: &str) -> Result<(), String> {
    match stack.last_mut() {
        Some(node) => node.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside of the root element".to_owned()),
    }
    Ok(())
}

/// Also control characters, hexadecimal or decimal: clients write them for want of a legal form.
fn resolve(name: &str) -> Option<String> {
    let number = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => digits.parse().ok()?,
        },
        None => {
            return ["amp", "lt", "gt", "quot", "apos"]
                .iter()
                .zip(["&", "<", ">", "\"", "'"])
                .find(|(known, _)| **known == name)
                .map(|(_, text)| text.to_owned());
        }
    };
    char::from_u32(number).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_write() {
        let node = parse(b"<?xml version='1.0'?>\n<a xmlns='urn:x'><b>1 &amp; 2&#x01;&#01;</b><c/><!-- x --><b><![CDATA[<]]></b></a>\n").unwrap();
        let texts: Vec<&str> = node.all("b").map(|b| b.text.as_str()).collect();
        assert_eq!(texts, ["1 & 2\u{1}\u{1}", "<"]);
        assert!(node.child("c").is_some());
    }

    #[test]
    fn refuses_nonsense() {
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<a>&x;</a>",
            "<a/>x",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse("<a>".repeat(1000).as_bytes()).is_err());
    }

    #[test]
    fn writes_escaped() {
        let mut xml = Writer::new("A");
        xml.text("B", "<&>\"\u{1}'\u{676d}");
        assert!(
            xml.finish()
                .ends_with("<A><B>&lt;&amp;&gt;&quot;&#x1;'\u{676d}</B></A>")
        );
    }
}
