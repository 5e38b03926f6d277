//! Paths in XML documents.

use super::{Step, gap};
use crate::error::{Error, Result};
use crate::xml::{self, Element};

pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

pub(super) fn find<'e>(mut element: &'e Element, steps: &[Step<'_>]) -> Option<&'e Element> {
    for step in steps {
        element = element.children.get(position(element, step)?)?;
    }
    Some(element)
}

/// What a path calls the child number `index`: its name, and its number among those of that name.
pub(super) fn name_at(element: &Element, index: usize) -> Option<String> {
    let name = &element.children.get(index)?.name;
    let before = element.children.iter().take(index);
    let number = before.filter(|other| other.name == *name).count();
    Some(format!("{name}[{number}]"))
}

pub(super) fn set(root: &mut Element, steps: &[Step<'_>], path: &str, value: &str) -> Result<()> {
    if let Some(forbidden) = value.chars().find(|&c| !xml::is_character(c)) {
        return Err(Error::unusable(
            path,
            format_args!(
                "{value:?} has the character U+{:04X}, which an XML document cannot carry",
                u32::from(forbidden)
            ),
        ));
    }
    if let Some(step) = steps.iter().find(|step| step.name.contains(':')) {
        return Err(Error::unusable(
            "path",
            format_args!(
                "{path:?} has the name {:?}, which no element of these documents can have",
                step.name
            ),
        ));
    }
    check(root, steps, path)?;
    let mut element = root;
    for step in steps {
        element = enter(element, step);
    }
    element.children.clear();
    value.clone_into(&mut element.text);
    Ok(())
}

pub(super) fn remove(mut element: &mut Element, steps: &[Step<'_>]) -> bool {
    let Some((last, outer)) = steps.split_last() else {
        return false;
    };
    for step in outer {
        match position(element, step).and_then(|position| element.children.get_mut(position)) {
            Some(child) => element = child,
            None => return false,
        }
    }
    let position = position(element, last);
    if let Some(position) = position {
        element.children.remove(position);
    }
    position.is_some()
}

pub(super) fn write(out: &mut String, root: &Element) {
    out.push_str(DECLARATION);
    write_element(out, root);
}

fn write_element(out: &mut String, element: &Element) {
    if element.children.is_empty() {
        return xml::element(out, &element.name, &element.text);
    }
    for part in ["<", &element.name, ">"] {
        out.push_str(part);
    }
    xml::escape(out, &element.text);
    for child in &element.children {
        write_element(out, child);
    }
    for part in ["</", &element.name, ">"] {
        out.push_str(part);
    }
}

fn position(element: &Element, step: &Step<'_>) -> Option<usize> {
    let named = element.children.iter().enumerate();
    let mut named = named.filter(|(_, child)| child.name == step.name);
    named
        .nth(step.index.unwrap_or(0))
        .map(|(position, _)| position)
}

/// An error if a step would leave a gap. That is looked at before anything is made: a refused path changes nothing.
fn check(root: &Element, steps: &[Step<'_>], path: &str) -> Result<()> {
    let mut element = Some(root);
    for step in steps {
        let there = element.map_or(0, |element| element.children_named(step.name).count());
        if step.index.unwrap_or(0) > there {
            return Err(gap(path, step.name, there));
        }
        element = element.and_then(|element| element.children.get(position(element, step)?));
    }
    Ok(())
}

/// The child that `step` names, which is made after its like-named siblings if it is not there.
fn enter<'e>(element: &'e mut Element, step: &Step<'_>) -> &'e mut Element {
    let position = match position(element, step) {
        Some(position) => position,
        None => add(element, step),
    };
    &mut element.children[position]
}

fn add(element: &mut Element, step: &Step<'_>) -> usize {
    let mut named = element.children.iter();
    let last = named.rposition(|child| child.name == step.name);
    let position = last.map_or(element.children.len(), |last| last + 1);
    let child = Element {
        name: step.name.to_owned(),
        ..Element::default()
    };
    element.children.insert(position, child);
    // Text beside elements means nothing in these documents.
    element.text.clear();
    position
}
