//! The headers of an answer: all texts in one block, names in lower case, found by length first.

use std::fmt;

/// The headers of an answer, in the order in which they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// Name, value, name, value, without anything between them.
    text: String,
    /// Where each name and each value ends in `text`.
    ends: Vec<(u32, u32)>,
}

impl Headers {
    pub(crate) fn with_capacity(headers: usize, bytes: usize) -> Headers {
        Headers {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(headers),
        }
    }

    /// Adds a header; the name becomes lower case. What does not fit into 4 GiB is left out.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        let name_end = start.saturating_add(name.len());
        let value_end = name_end.saturating_add(value.len());
        let (Ok(name_end), Ok(value_end)) = (u32::try_from(name_end), u32::try_from(value_end))
        else {
            return;
        };
        self.text.push_str(name);
        if let Some(name) = self.text.get_mut(start..) {
            name.make_ascii_lowercase();
        }
        self.text.push_str(value);
        self.ends.push((name_end, value_end));
    }

    /// How many there are; a repeated name counts each time.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Name and value of number `index`, counted from 0.
    pub fn at(&self, index: usize) -> Option<(&str, &str)> {
        let (name_end, value_end) = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before)?.1,
            None => 0,
        };
        Some((
            self.text.get(start as usize..name_end as usize)?,
            self.text.get(name_end as usize..value_end as usize)?,
        ))
    }

    /// The value of the first header of that name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// The values of all headers of that name, whatever its case.
    pub fn get_all<'h, 'n>(&'h self, name: &'n str) -> impl Iterator<Item = &'h str> + use<'h, 'n> {
        let mut start = 0;
        self.ends.iter().filter_map(move |(name_end, value_end)| {
            let (name_end, value_end) = (*name_end as usize, *value_end as usize);
            let from = std::mem::replace(&mut start, value_end);
            // Almost every name differs in its length already.
            if name_end - from != name.len() {
                return None;
            }
            let candidate = self.text.get(from..name_end)?;
            candidate
                .eq_ignore_ascii_case(name)
                .then(|| self.text.get(name_end..value_end))?
        })
    }

    /// All but those of that name.
    pub(crate) fn without(&self, name: &str) -> Headers {
        let mut others = Headers::with_capacity(self.len(), self.text.len());
        for (other, value) in self.iter() {
            if !other.eq_ignore_ascii_case(name) {
                others.push(other, value);
            }
        }
        others
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.len()).filter_map(|index| self.at(index))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_by_name_and_by_number() {
        let mut headers = Headers::with_capacity(4, 64);
        for (name, value) in [("ETag", "\"E\""), ("X-A", ""), ("x-b", "1"), ("X-B", "2")] {
            headers.push(name, value);
        }
        assert_eq!(headers.len(), 4);
        assert_eq!(headers.get("etag"), Some("\"E\""));
        assert_eq!(headers.get("ETAG"), Some("\"E\""));
        assert_eq!(headers.get("x-a"), Some(""));
        assert_eq!(headers.get_all("x-B").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(headers.get("x-"), None);
        assert_eq!(headers.at(0), Some(("etag", "\"E\"")));
        assert_eq!(headers.at(3), Some(("x-b", "2")));
        assert_eq!(headers.at(4), None);
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["etag", "x-a", "x-b", "x-b"]);
        assert_eq!(
            format!("{headers:?}"),
            r#"{"etag": "\"E\"", "x-a": "", "x-b": "1", "x-b": "2"}"#
        );
        let names: Vec<_> = headers
            .without("X-B")
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(names, ["etag", "x-a"]);
        assert!(Headers::default().is_empty());
    }
}
