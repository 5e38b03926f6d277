//! Error documents of the service, whole or not. An error is reported all the same when its document is cut off or has
//! characters and references that XML does not know, so whatever can be read of it counts.

use quick_xml::events::Event as Raw;

use super::{BYTE_ORDER_MARK, Element, MAX_BYTES, MAX_DEPTH, is_blank, local_name, resolve};
use crate::error::ServiceError;

/// Most elements that are read; the service's error documents have about 20.
const MOST_ELEMENTS: usize = 1000;

/// Reads an error document: `code`, `message`, `request_id`, `host_id`, `ec`, and everything else as `details`.
///
/// `None` unless the body begins with the element `Error`, after a byte order mark, comments and the like. Of a document that
/// is cut off or ill-formed, the elements count that end before the fault; what could not be read is empty. Blanks around
/// the texts are dropped. What is inside `Detail` counts as if it stood beside it; other nested elements are named
/// `Outer.Inner`.
pub fn parse_error(body: &[u8]) -> Option<ServiceError> {
    let root = read(body).filter(|root| root.name == "Error")?;
    let mut error = ServiceError::default();
    for element in root.children {
        let text = || element.text.trim().to_owned();
        match element.name.as_str() {
            "Code" => error.code = text(),
            "Message" => error.message = text(),
            "RequestId" => error.request_id = text(),
            "HostId" => error.host_id = text(),
            "EC" => error.ec = text(),
            _ => add_details(&mut error.details, "", &element),
        }
    }
    Some(error)
}

fn add_details(details: &mut Vec<(String, String)>, outer: &str, element: &Element) {
    let name = match (outer, element.name.as_str()) {
        ("", "Detail") if !element.children.is_empty() => String::new(),
        ("", name) => name.to_owned(),
        (outer, name) => format!("{outer}.{name}"),
    };
    let text = element.text.trim();
    if element.children.is_empty() || !text.is_empty() {
        details.push((name.clone(), text.to_owned()));
    }
    for child in &element.children {
        add_details(details, &name, child);
    }
}

/// The root with all elements that end before the first fault; `None` if there is no root, or a document type declaration.
fn read(body: &[u8]) -> Option<Element> {
    let body = body.get(..MAX_BYTES).unwrap_or(body);
    let text = String::from_utf8_lossy(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body));
    let mut raw = quick_xml::Reader::from_str(&text);
    raw.config_mut().allow_dangling_amp = true;
    // The elements that have begun and not ended, the root first.
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0;
    while let Ok(event) = raw.read_event() {
        match event {
            Raw::Start(tag) => open.push(begin(tag.name().0)),
            Raw::Empty(tag) => {
                open.push(begin(tag.name().0));
                if let Some(root) = end(&mut open) {
                    return Some(root);
                }
            }
            Raw::End(_) => {
                if let Some(root) = end(&mut open) {
                    return Some(root);
                }
            }
            Raw::Text(text) => add_text(&mut open, &text.xml10_content()),
            Raw::CData(text) => add_text(&mut open, &text.xml10_content()),
            Raw::GeneralRef(name) => match resolve(&name) {
                Ok(character) => add_text(&mut open, character.encode_utf8(&mut [0; 4])),
                // As it stands there, such as the blanks of HTML.
                Err(_) => add_text(&mut open, &format!("&{};", &*name)),
            },
            Raw::Decl(_) | Raw::PI(_) | Raw::Comment(_) => {}
            Raw::DocType(_) => return None,
            Raw::Eof => break,
        }
        elements += 1;
        if open.len() > MAX_DEPTH || elements > MOST_ELEMENTS {
            break;
        }
    }
    open.into_iter().next()
}

fn begin(name: &str) -> Element {
    Element {
        name: String::from_utf8_lossy(local_name(name.as_bytes())).into_owned(),
        ..Element::default()
    }
}

/// Ends the innermost element; the root, if that was it.
fn end(open: &mut Vec<Element>) -> Option<Element> {
    let mut ended = open.pop()?;
    if !ended.children.is_empty() && is_blank(&ended.text) {
        ended.text.clear();
    }
    match open.last_mut() {
        Some(outer) => outer.children.push(ended),
        None => return Some(ended),
    }
    None
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
