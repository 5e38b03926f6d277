//! The SQL of SelectObject: `select ... from ossobject... where ... limit ...`, read into a tree.

use super::lexer::{Token, tokens};

/// One expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Column(Vec<Step>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    Like(Box<Expr>, Box<Expr>, Option<char>),
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    IsNull(Box<Expr>),
    Cast(Box<Expr>, Type),
    Aggregate(Aggregate, Option<Box<Expr>>),
}

/// One step of a path to a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Name(String),
    Index(usize),
    /// `[*]`
    Each,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Concat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Int,
    Float,
    Bool,
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    Count,
    Sum,
    Average,
    Least,
    Greatest,
}

#[derive(Debug, PartialEq)]
pub struct Select {
    /// Expressions with their names; empty for `*`.
    pub columns: Vec<(Expr, String)>,
    /// The path behind `ossobject`.
    pub from: Vec<Step>,
    pub filter: Option<Expr>,
    pub limit: Option<u64>,
}

type Result<T> = std::result::Result<T, String>;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// How deep expressions are nested.
    depth: usize,
    /// Operators so far: a chain of them is a deep tree, too.
    operators: usize,
    aggregates: usize,
    alias: Option<String>,
}

pub fn parse(text: &str) -> Result<Select> {
    const LONGEST: usize = 16 * 1024;
    if text.len() > LONGEST {
        return Err("the statement is longer than 16 KB".to_owned());
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        operators: 0,
        aggregates: 0,
        alias: None,
    };
    // The alias of the source is needed to read the columns, but stands behind them.
    let from = parser
        .tokens
        .iter()
        .position(|token| is_word(token, "from"))
        .ok_or("FROM is missing")?;
    parser.at = from + 1;
    let source = parser.source()?;
    let behind = parser.at;
    parser.at = 0;
    parser.expect("select")?;
    let columns = parser.columns()?;
    let columns_with_aggregates = parser.aggregates;
    if parser.at != from {
        return Err(parser.unexpected());
    }
    parser.at = behind;
    let filter = if parser.word("where") {
        let filter = parser.expression()?;
        if parser.aggregates > columns_with_aggregates {
            return Err("an aggregate cannot stand in WHERE".to_owned());
        }
        Some(filter)
    } else {
        None
    };
    let limit = if parser.word("limit") {
        match parser.next() {
            Some(Token::Number(digits)) => {
                Some(digits.parse().map_err(|_| "LIMIT needs a whole number")?)
            }
            _ => return Err("LIMIT needs a whole number".to_owned()),
        }
    } else {
        None
    };
    parser.sign(";");
    if parser.at < parser.tokens.len() {
        return Err(parser.unexpected());
    }
    Ok(Select {
        columns,
        from: source,
        filter,
        limit,
    })
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(text) if text.eq_ignore_ascii_case(word))
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| is_word(token, word));
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Result<()> {
        if self.word(word) {
            Ok(())
        } else {
            Err(format!("{} is missing", word.to_uppercase()))
        }
    }

    fn expect_sign(&mut self, sign: &str) -> Result<()> {
        if self.sign(sign) {
            Ok(())
        } else {
            Err(format!("{sign} is missing"))
        }
    }

    fn join(&mut self, operator: Binary, left: Expr, right: Expr) -> Result<Expr> {
        const MOST: usize = 200;
        self.operators += 1;
        if self.operators > MOST {
            return Err(format!("there are more than {MOST} operators"));
        }
        Ok(Expr::Binary(operator, Box::new(left), Box::new(right)))
    }

    fn unexpected(&self) -> String {
        match self.peek() {
            Some(token) => format!("unexpected {token:?}"),
            None => "the statement ends too early".to_owned(),
        }
    }

    fn source(&mut self) -> Result<Vec<Step>> {
        self.expect("ossobject")?;
        let path = self.steps()?;
        self.word("as");
        let keyword = |token: &Token| is_word(token, "where") || is_word(token, "limit");
        if let Some(Token::Word(alias) | Token::Quoted(alias)) =
            self.peek().filter(|token| !keyword(token))
        {
            self.alias = Some(alias.clone());
            self.at += 1;
        }
        Ok(path)
    }

    /// `.name`, `[3]`, `[*]` in a row.
    fn steps(&mut self) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            if self.sign(".") {
                match self.next() {
                    Some(Token::Word(name) | Token::Quoted(name)) => steps.push(Step::Name(name)),
                    _ => return Err("a name is missing behind a dot".to_owned()),
                }
            } else if self.sign("[") {
                match self.next() {
                    Some(Token::Sign("*")) => steps.push(Step::Each),
                    Some(Token::Number(digits)) => {
                        steps.push(Step::Index(
                            digits.parse().map_err(|_| "an index is not a number")?,
                        ));
                    }
                    Some(Token::Text(name)) => steps.push(Step::Name(name)),
                    _ => return Err("an index is missing".to_owned()),
                }
                self.expect_sign("]")?;
            } else {
                return Ok(steps);
            }
        }
    }

    fn columns(&mut self) -> Result<Vec<(Expr, String)>> {
        if self.sign("*") {
            return Ok(Vec::new());
        }
        let mut columns = Vec::new();
        loop {
            let expression = self.expression()?;
            if matches!(expression, Expr::Binary(Binary::Concat, ..)) {
                return Err("|| cannot stand among the columns".to_owned());
            }
            // Of several names the last counts.
            let mut alias = None;
            while self.word("as") {
                alias = match self.next() {
                    Some(Token::Word(name) | Token::Quoted(name)) => Some(name),
                    _ => return Err("a name is missing behind AS".to_owned()),
                };
            }
            let own = match &expression {
                Expr::Column(path) => path.iter().rev().find_map(|step| match step {
                    Step::Name(name) => Some(name.clone()),
                    _ => None,
                }),
                _ => None,
            };
            let name = alias
                .or(own)
                .unwrap_or_else(|| format!("_{}", columns.len() + 1));
            columns.push((expression, name));
            if !self.sign(",") {
                return Ok(columns);
            }
        }
    }

    fn expression(&mut self) -> Result<Expr> {
        const DEEPEST: usize = 100;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the expression is nested too deeply".to_owned());
        }
        let mut left = self.conjunction()?;
        while self.word("or") {
            let right = self.conjunction()?;
            left = self.join(Binary::Or, left, right)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expr> {
        let mut left = self.negation()?;
        while self.word("and") {
            let right = self.negation()?;
            left = self.join(Binary::And, left, right)?;
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expr> {
        let mut negations = 0;
        while self.word("not") {
            negations += 1;
        }
        let inner = self.comparison()?;
        Ok(if negations % 2 == 1 {
            Expr::Not(Box::new(inner))
        } else {
            inner
        })
    }

    fn comparison(&mut self) -> Result<Expr> {
        let left = self.sum()?;
        let signs = [
            ("=", Binary::Equal),
            ("!=", Binary::Unequal),
            ("<>", Binary::Unequal),
            ("<=", Binary::LessEqual),
            (">=", Binary::GreaterEqual),
            ("<", Binary::Less),
            (">", Binary::Greater),
        ];
        for (sign, operator) in signs {
            if self.sign(sign) {
                let right = self.sum()?;
                return self.join(operator, left, right);
            }
        }
        if self.word("is") {
            let not = self.word("not");
            self.expect("null")?;
            return Ok(negate(not, Expr::IsNull(Box::new(left))));
        }
        let not = self.word("not");
        if self.word("like") {
            let pattern = self.sum()?;
            let escape = if self.word("escape") {
                match self.next() {
                    Some(Token::Text(text)) => text.chars().next(),
                    _ => return Err("a text is missing behind ESCAPE".to_owned()),
                }
            } else {
                None
            };
            return Ok(negate(
                not,
                Expr::Like(Box::new(left), Box::new(pattern), escape),
            ));
        }
        if self.word("between") {
            let least = self.sum()?;
            self.expect("and")?;
            let most = self.sum()?;
            let between = Expr::Between(Box::new(left), Box::new(least), Box::new(most));
            return Ok(negate(not, between));
        }
        if self.word("in") {
            self.expect_sign("(")?;
            let mut options = vec![self.sum()?];
            while self.sign(",") {
                options.push(self.sum()?);
            }
            self.expect_sign(")")?;
            return Ok(negate(not, Expr::In(Box::new(left), options)));
        }
        if not {
            Err(self.unexpected())
        } else {
            Ok(left)
        }
    }

    fn sum(&mut self) -> Result<Expr> {
        let mut left = self.product()?;
        loop {
            let operator = if self.sign("+") {
                Binary::Add
            } else if self.sign("-") {
                Binary::Subtract
            } else if self.sign("||") {
                Binary::Concat
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left = self.join(operator, left, right)?;
        }
    }

    fn product(&mut self) -> Result<Expr> {
        let mut left = self.atom()?;
        loop {
            let operator = if self.sign("*") {
                Binary::Multiply
            } else if self.sign("/") {
                Binary::Divide
            } else if self.sign("%") {
                Binary::Remainder
            } else {
                return Ok(left);
            };
            let right = self.atom()?;
            left = self.join(operator, left, right)?;
        }
    }

    fn atom(&mut self) -> Result<Expr> {
        let mut minus = false;
        while let Some(Token::Sign(sign @ ("-" | "+"))) = self.peek() {
            minus ^= *sign == "-";
            self.at += 1;
        }
        let atom = match self.next() {
            Some(Token::Number(digits)) => number(&digits)?,
            Some(Token::Text(text)) => Expr::Text(text),
            Some(Token::Quoted(name)) => self.column(name)?,
            Some(Token::Sign("(")) => {
                let inner = self.expression()?;
                self.expect_sign(")")?;
                inner
            }
            Some(Token::Word(word)) => self.word_atom(word)?,
            _ => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        };
        Ok(if minus {
            Expr::Negate(Box::new(atom))
        } else {
            atom
        })
    }

    fn word_atom(&mut self, word: String) -> Result<Expr> {
        let lower = word.to_ascii_lowercase();
        if matches!(self.peek(), Some(Token::Sign("("))) {
            self.at += 1;
            let aggregate = match lower.as_str() {
                "count" => Aggregate::Count,
                "sum" => Aggregate::Sum,
                "avg" => Aggregate::Average,
                "min" => Aggregate::Least,
                "max" => Aggregate::Greatest,
                "cast" => {
                    let inner = self.expression()?;
                    self.expect("as")?;
                    let kind = match self.next() {
                        Some(Token::Word(kind)) => kind.to_ascii_lowercase(),
                        _ => return Err("CAST needs a type".to_owned()),
                    };
                    self.expect_sign(")")?;
                    let kind = match kind.as_str() {
                        "int" | "integer" | "bigint" => Type::Int,
                        "float" | "double" | "decimal" | "numeric" => Type::Float,
                        "bool" | "boolean" => Type::Bool,
                        "string" | "varchar" | "char" | "timestamp" | "datetime" => Type::Text,
                        other => return Err(format!("the type {other} is unknown")),
                    };
                    return Ok(Expr::Cast(Box::new(inner), kind));
                }
                other => return Err(format!("the function {other} is unknown")),
            };
            let inner = if aggregate == Aggregate::Count && self.sign("*") {
                None
            } else {
                Some(Box::new(self.expression()?))
            };
            self.expect_sign(")")?;
            self.aggregates += 1;
            return Ok(Expr::Aggregate(aggregate, inner));
        }
        match lower.as_str() {
            "null" => Ok(Expr::Null),
            "true" => Ok(Expr::Bool(true)),
            "false" => Ok(Expr::Bool(false)),
            "select" | "from" | "where" | "and" | "or" | "like" | "between" | "in" | "is"
            | "limit" | "as" => Err(format!("unexpected {word}")),
            _ => self.column(word),
        }
    }

    /// A column with its path; the alias of the source is no part of it.
    fn column(&mut self, first: String) -> Result<Expr> {
        let rest = self.steps()?;
        let is_source = self.alias.as_ref().is_some_and(|alias| *alias == first)
            || first.eq_ignore_ascii_case("ossobject");
        if is_source && !rest.is_empty() {
            return Ok(Expr::Column(rest));
        }
        let mut path = vec![Step::Name(first)];
        path.extend(rest);
        Ok(Expr::Column(path))
    }
}

fn negate(not: bool, inner: Expr) -> Expr {
    if not {
        Expr::Not(Box::new(inner))
    } else {
        inner
    }
}

fn number(digits: &str) -> Result<Expr> {
    if let Ok(number) = digits.parse() {
        return Ok(Expr::Int(number));
    }
    digits
        .parse()
        .map(Expr::Float)
        .map_err(|_| format!("{digits} is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_statements() {
        let select = parse("select s.a, count(*) as n from ossobject.x[*] s where not s.b[0].c like 'x%' and _1 between -1 and 2.5 limit 3;").unwrap();
        assert_eq!(
            (
                select.columns.len(),
                select.columns[1].1.as_str(),
                select.limit
            ),
            (2, "n", Some(3))
        );
        assert_eq!(select.from, [Step::Name("x".into()), Step::Each]);
        assert_eq!(
            select.columns[0].0,
            Expr::Column(vec![Step::Name("a".into())])
        );
        assert!(parse("SELECT * FROM ossobject").unwrap().columns.is_empty());
    }

    #[test]
    fn refuses_nonsense() {
        let deep = format!("select {}1 from ossobject", "(".repeat(9000));
        let long = format!("select 1{} from ossobject", "+1".repeat(7000));
        for text in [
            "",
            "select",
            "select from ossobject",
            "select * from other",
            "select a b from ossobject",
            "select * from ossobject where",
            "select 'a from ossobject",
            "select f(1) from ossobject",
            "select * from ossobject limit x",
            &deep,
            &long,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
