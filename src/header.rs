//! Headers and query parameters as data.

use std::borrow::Cow;

/// A query parameter; `None` is a name without a value, as in `?acl`.
pub type Parameter<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);

/// A header. Names are compared without regard to case.
pub type Header<'a> = (Cow<'a, str>, Cow<'a, str>);
