//! What an operation of the service is, as data.

/// HTTP methods that OSS knows (RFC 9110, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers only.
    Head,
    /// Stores.
    Put,
    /// Does what its target says.
    Post,
    /// Deletes.
    Delete,
    /// Asks for what is allowed.
    Options,
}

impl Method {
    /// The method as it goes on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Put => "PUT",
            Method::Post => "POST",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        }
    }

    /// The method with that name, in capitals as on the wire.
    pub fn parse(name: &str) -> Option<Method> {
        [
            Method::Get,
            Method::Head,
            Method::Put,
            Method::Post,
            Method::Delete,
            Method::Options,
        ]
        .into_iter()
        .find(|method| method.as_str() == name)
    }
}

/// An operation of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Its official name, such as `GetBucketAcl`.
    pub name: &'static str,
    /// What it is about.
    pub level: Level,
    /// The HTTP method.
    pub method: Method,
    /// The sub-resources as they stand in the query; `name={}` is a parameter that the caller has to give.
    pub query: &'static str,
    /// Headers that the caller has to give.
    pub headers: &'static [&'static str],
    /// The body of the request.
    pub body: Content,
    /// Whether the request can go without that body.
    pub body_is_optional: bool,
    /// The body of a good answer.
    pub answer: Content,
    /// Whether a good answer can do without that body.
    pub answer_is_optional: bool,
    /// The statuses of good answers. 203 and 304 are what a callback or a condition that failed is answered with; calls
    /// report them as errors.
    pub success: &'static [u16],
    /// Whether the request may be repeated when its answer was lost.
    pub idempotent: bool,
    /// Whether it changes what the service stores, as far as its method or its row tells.
    pub changes: bool,
    /// Whether it moves or copies object data, so that a traffic limit applies.
    pub transfers: bool,
    /// Whether what the service stored is compared with what was sent.
    pub checked: Checked,
    /// Whether the object gets the Content-Type that its key suggests.
    pub typed_by_key: bool,
    /// Whether it can be about a part of an object: the range of a call.
    pub ranged: bool,
    /// Whether the service can be asked to call back when it is done (`x-oss-callback`), and answers with what the callback
    /// said.
    pub calls_back: bool,
    /// What a good answer has to tell, or it is of no use: elements of its document, or headers if it has none.
    pub tells: &'static [&'static str],
}

/// The value of a query parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The parameter is a name alone.
    None,
    /// Always this.
    Fixed(&'static str),
    /// The caller has to give it.
    Given,
}

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The account or the region.
    Service,
    /// A bucket.
    Bucket,
    /// An object, a multipart upload or a live channel.
    Object,
}

/// What a body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// There is none.
    Nothing,
    /// Object data, or whatever the operation says.
    Bytes,
    /// Plain text.
    Text,
    /// A JSON text.
    Json,
    /// An XML document with this root.
    Xml(&'static str),
    /// The frames of SelectObject.
    Frames,
}

/// What `x-oss-hash-crc64ecma` of a good answer to an upload is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Nothing.
    Unchecked,
    /// The body that was sent.
    FromStart,
    /// The object so far and the body that was sent after it.
    Continued,
}

impl Operation {
    /// The sub-resources and required parameters.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, Value)> + use<> {
        let parts = self.query.split('&').filter(|part| !part.is_empty());
        parts.map(|part| match part.split_once('=') {
            None => (part, Value::None),
            Some((name, "{}")) => (name, Value::Given),
            Some((name, value)) => (name, Value::Fixed(value)),
        })
    }

    pub(crate) const fn new(
        level: Level,
        method: Method,
        name: &'static str,
        query: &'static str,
    ) -> Operation {
        Operation {
            name,
            level,
            method,
            query,
            headers: &[],
            body: Content::Nothing,
            body_is_optional: false,
            answer: Content::Nothing,
            answer_is_optional: false,
            success: &[200],
            idempotent: true,
            changes: matches!(method, Method::Put | Method::Post | Method::Delete),
            transfers: false,
            checked: Checked::Unchecked,
            typed_by_key: false,
            ranged: false,
            calls_back: false,
            tells: &[],
        }
    }

    pub(crate) const fn headers(mut self, names: &'static [&'static str]) -> Operation {
        self.headers = names;
        self
    }

    pub(crate) const fn takes(mut self, body: Content) -> Operation {
        self.body = body;
        self
    }

    pub(crate) const fn may_take(mut self, body: Content) -> Operation {
        self.body = body;
        self.body_is_optional = true;
        self
    }

    pub(crate) const fn answers(mut self, answer: Content) -> Operation {
        self.answer = answer;
        self
    }

    pub(crate) const fn may_answer(mut self, answer: Content) -> Operation {
        self.answer = answer;
        self.answer_is_optional = true;
        self
    }

    pub(crate) const fn success(mut self, statuses: &'static [u16]) -> Operation {
        self.success = statuses;
        self
    }

    /// Doing it twice is not the same as doing it once.
    pub(crate) const fn once(mut self) -> Operation {
        self.idempotent = false;
        self
    }

    /// It changes nothing, although its method can.
    pub(crate) const fn reads(mut self) -> Operation {
        self.changes = false;
        self
    }

    pub(crate) const fn transfers(mut self) -> Operation {
        self.transfers = true;
        self
    }

    pub(crate) const fn checks(mut self, checked: Checked) -> Operation {
        self.checked = checked;
        self
    }

    pub(crate) const fn typed_by_key(mut self) -> Operation {
        self.typed_by_key = true;
        self
    }

    pub(crate) const fn ranged(mut self) -> Operation {
        self.ranged = true;
        self
    }

    pub(crate) const fn calls_back(mut self) -> Operation {
        self.calls_back = true;
        self
    }

    pub(crate) const fn tells(mut self, names: &'static [&'static str]) -> Operation {
        self.tells = names;
        self
    }

    /// Whether it stands for operations that are known by their method only.
    pub(crate) fn is_any(&self) -> bool {
        self.name == self.method.as_str()
    }
}
