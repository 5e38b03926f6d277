//! The ini files of Alibaba Cloud's libraries: sections in brackets, `name = value`, comments after `#` or `;` at the start
//! of a line.

/// The values of one section.
pub(super) struct Section<'t>(Vec<(&'t str, &'t str)>);

impl<'t> Section<'t> {
    /// The section of that name in `text`, if it is there.
    pub fn find(text: &'t str, name: &str) -> Option<Section<'t>> {
        let mut inside = false;
        let mut found = None;
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(title) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                inside = title.trim() == name;
                if inside {
                    found.get_or_insert_with(|| Section(Vec::new()));
                }
            } else if inside
                && let Some((name, value)) = line.split_once('=')
                && let Some(Section(values)) = &mut found
            {
                values.push((name.trim(), unquoted(value.trim())));
            }
        }
        found
    }

    /// The value of that name; an empty one is none.
    pub fn get(&self, name: &str) -> Option<&'t str> {
        let mut values = self.0.iter().rev();
        let (_, value) = values.find(|(candidate, _)| *candidate == name)?;
        Some(*value).filter(|value| !value.is_empty())
    }
}

fn unquoted(value: &str) -> &str {
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    inner.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_their_values() {
        let text = "# comment\n; comment\nstray = 1\n[default]\r\ntype = access_key\naccess_key_id=a#b\n\
                    access_key_secret = \"c d\"\nempty =\n\n[other]\ntype=x\n[default]\nlater = 2";
        let section = Section::find(text, "default").unwrap();
        assert_eq!(section.get("type"), Some("access_key"));
        assert_eq!(section.get("access_key_id"), Some("a#b"));
        assert_eq!(section.get("access_key_secret"), Some("c d"));
        assert_eq!(section.get("later"), Some("2"));
        assert_eq!(section.get("empty"), None);
        assert_eq!(section.get("stray"), None);
        assert_eq!(Section::find(text, "other").unwrap().get("type"), Some("x"));
        assert!(Section::find(text, "third").is_none());
    }
}
