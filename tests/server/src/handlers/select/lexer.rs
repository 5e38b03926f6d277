//! Words, numbers, texts and signs of a statement.

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A bare word, keyword or name.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    Text(String),
    Number(String),
    Sign(&'static str),
}

const SIGNS: [&str; 20] = [
    "<=", ">=", "<>", "!=", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",", ".", "[",
    "]", ";",
];

pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        // The service takes a quote that is left over at the end, and clients have it.
        if first == '\'' && rest.len() == 1 {
            break;
        }
        let taken = if matches!(first, '\'' | '"' | '`') {
            let (content, len) = quoted(rest, first)?;
            out.push(if first == '\'' {
                Token::Text(content)
            } else {
                Token::Quoted(content)
            });
            len
        } else if first.is_ascii_digit() {
            let number = |c: char| c.is_ascii_alphanumeric() || c == '.';
            let len = rest.find(|c| !number(c)).unwrap_or(rest.len());
            out.push(Token::Number(rest[..len].to_owned()));
            len
        } else if first.is_alphanumeric() || first == '_' {
            let len = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            out.push(Token::Word(rest[..len].to_owned()));
            len
        } else {
            let sign = SIGNS
                .iter()
                .find(|sign| rest.starts_with(**sign))
                .ok_or_else(|| format!("unexpected {first}"))?;
            out.push(Token::Sign(sign));
            sign.len()
        };
        rest = rest[taken..].trim_start();
    }
    Ok(out)
}

/// Content and length of a quoted piece; a doubled quote stands for itself.
fn quoted(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = chars.next() {
        if character != quote {
            content.push(character);
        } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
            content.push(quote);
            chars.next();
        } else {
            return Ok((content, at + 1));
        }
    }
    Err("a quote is not closed".to_owned())
}
