//! What a build without the feature `documents` makes of fields: an error that says what it lacks.

use crate::error::Result;
use crate::lacking::lacking;
use crate::operation::Operation;
use crate::request::{Body, Options};

/// Refuses fields.
pub(super) fn edited(
    _: &Operation,
    _: &Body<'_>,
    options: &Options<'_>,
) -> Result<Option<Vec<u8>>> {
    match options.fields.is_empty() {
        true => Ok(None),
        false => Err(lacking(
            "field",
            "one",
            "documents",
            "give the whole document as the body",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn fields_are_refused() {
        let operation = crate::table::operation!("PutBucketLifecycle");
        let (body, none) = (Body::Empty, Options::new());
        assert!(edited(operation, &body, &none).unwrap().is_none());
        let fields = Options::new().field("Rule[0].ID", Some("a"));
        let error = edited(operation, &body, &fields).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(
            error.message().contains("lacks the feature `documents`"),
            "{error}"
        );
    }
}
