//! Values of expressions.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::sql::{Aggregate, Binary, Expr, Step, Type};

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Json(Json),
}

/// Where columns get their values.
pub trait Row {
    fn column(&self, path: &[Step]) -> Value;
}

type Result<T> = std::result::Result<T, String>;

impl Value {
    pub fn from_json(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::String(text) => {
                Value::Text(super::input::as_number(text).unwrap_or(text).to_owned())
            }
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => Value::Int(int),
                (None, Some(float)) => Value::Float(float),
                _ => Value::Text(number.to_string()),
            },
            other => Value::Json(other.clone()),
        }
    }

    pub fn to_json(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(bool) => Json::from(*bool),
            Value::Int(int) => Json::from(*int),
            Value::Float(float) => Json::from(*float),
            Value::Text(text) => Json::from(text.as_str()),
            Value::Json(json) => json.clone(),
        }
    }

    pub fn to_text(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::Bool(bool) => bool.to_string(),
            Value::Int(int) => int.to_string(),
            Value::Float(float) => float.to_string(),
            Value::Text(text) => text.clone(),
            Value::Json(json) => json.to_string(),
        }
    }

    /// Texts count as the numbers they spell: a CSV has nothing but texts.
    fn number(&self) -> Option<f64> {
        match self {
            Value::Int(int) => Some(*int as f64),
            Value::Float(float) => Some(*float),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    fn int(&self) -> Option<i64> {
        match self {
            Value::Int(int) => Some(*int),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Bool(flag), Value::Text(text)) => {
            Some(flag.to_string().as_str().cmp(&text.to_ascii_lowercase()))
        }
        (Value::Text(text), Value::Bool(flag)) => {
            Some(text.to_ascii_lowercase().as_str().cmp(&flag.to_string()))
        }
        _ => match (left.int(), right.int()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.number()?.partial_cmp(&right.number()?),
        },
    }
}

pub fn eval(expr: &Expr, row: &dyn Row) -> Result<Value> {
    Ok(match expr {
        Expr::Null => Value::Null,
        Expr::Bool(bool) => Value::Bool(*bool),
        Expr::Int(int) => Value::Int(*int),
        Expr::Float(float) => Value::Float(*float),
        Expr::Text(text) => Value::Text(text.clone()),
        Expr::Column(path) => row.column(path),
        Expr::Not(inner) => match eval(inner, row)? {
            Value::Null => Value::Null,
            value => Value::Bool(!value.is_true()),
        },
        Expr::Negate(inner) => match eval(inner, row)? {
            Value::Int(int) => Value::Int(int.checked_neg().ok_or("a number is too large")?),
            value => value
                .number()
                .map_or(Value::Null, |number| Value::Float(-number)),
        },
        Expr::IsNull(inner) => match eval(inner, row)? {
            Value::Null => Value::Bool(true),
            // An empty field of a CSV has no value.
            Value::Text(text) => Value::Bool(text.is_empty()),
            _ => Value::Bool(false),
        },
        Expr::Like(inner, pattern, escape) => match (eval(inner, row)?, eval(pattern, row)?) {
            (Value::Null, _) | (_, Value::Null) => Value::Null,
            (value, pattern) => Value::Bool(like(&value.to_text(), &pattern.to_text(), *escape)),
        },
        Expr::Between(inner, least, most) => {
            let value = eval(inner, row)?;
            let from = compare(&value, &eval(least, row)?);
            let to = compare(&value, &eval(most, row)?);
            match (from, to) {
                (Some(from), Some(to)) => Value::Bool(from.is_ge() && to.is_le()),
                _ => Value::Null,
            }
        }
        Expr::In(inner, options) => {
            let value = eval(inner, row)?;
            let mut found = false;
            for option in options {
                found |= compare(&value, &eval(option, row)?) == Some(Ordering::Equal);
            }
            Value::Bool(found)
        }
        Expr::Cast(inner, kind) => cast(eval(inner, row)?, *kind)?,
        Expr::Aggregate(..) => return Err("an aggregate cannot stand here".to_owned()),
        Expr::Binary(operator, left, right) => binary(*operator, left, right, row)?,
    })
}

/// Whether a row passes; what is unknown does not.
pub fn passes(filter: Option<&Expr>, row: &dyn Row) -> Result<bool> {
    filter.map_or(Ok(true), |filter| Ok(eval(filter, row)?.is_true()))
}

fn binary(operator: Binary, left: &Expr, right: &Expr, row: &dyn Row) -> Result<Value> {
    let left = eval(left, row)?;
    match operator {
        Binary::And if !left.is_true() => return Ok(Value::Bool(false)),
        Binary::Or if left.is_true() => return Ok(Value::Bool(true)),
        Binary::And | Binary::Or => return Ok(Value::Bool(eval(right, row)?.is_true())),
        _ => {}
    }
    let right = eval(right, row)?;
    let order = || compare(&left, &right);
    Ok(match operator {
        Binary::Equal => order().map_or(Value::Null, |order| Value::Bool(order.is_eq())),
        Binary::Unequal => order().map_or(Value::Null, |order| Value::Bool(order.is_ne())),
        Binary::Less => order().map_or(Value::Null, |order| Value::Bool(order.is_lt())),
        Binary::LessEqual => order().map_or(Value::Null, |order| Value::Bool(order.is_le())),
        Binary::Greater => order().map_or(Value::Null, |order| Value::Bool(order.is_gt())),
        Binary::GreaterEqual => order().map_or(Value::Null, |order| Value::Bool(order.is_ge())),
        Binary::Concat => Value::Text(left.to_text() + &right.to_text()),
        _ => arithmetic(operator, &left, &right)?,
    })
}

fn arithmetic(operator: Binary, left: &Value, right: &Value) -> Result<Value> {
    if let (Some(a), Some(b)) = (left.int(), right.int()) {
        let result = match operator {
            Binary::Add => a.checked_add(b),
            Binary::Subtract => a.checked_sub(b),
            Binary::Multiply => a.checked_mul(b),
            Binary::Divide => a.checked_div(b),
            _ => a.checked_rem(b),
        };
        return result
            .map(Value::Int)
            .ok_or_else(|| "a division by zero, or a number that is too large".to_owned());
    }
    let (Some(a), Some(b)) = (left.number(), right.number()) else {
        return Ok(Value::Null);
    };
    Ok(Value::Float(match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        _ => a % b,
    }))
}

fn cast(value: Value, kind: Type) -> Result<Value> {
    // An empty field of a CSV has no value.
    let empty = matches!(&value, Value::Text(text) if text.is_empty());
    if value == Value::Null || empty && kind != Type::Text {
        return Ok(Value::Null);
    }
    let failed = || format!("{:?} cannot be cast to {kind:?}", value.to_text());
    Ok(match kind {
        Type::Text => Value::Text(value.to_text()),
        Type::Float => Value::Float(value.number().ok_or_else(failed)?),
        Type::Int => Value::Int(
            value
                .int()
                .or_else(|| value.number().map(|number| number as i64))
                .ok_or_else(failed)?,
        ),
        Type::Bool => match value.to_text().to_ascii_lowercase().as_str() {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return Err(failed()),
        },
    })
}

/// `%` stands for any text, `_` for one character.
fn like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    // Each token of the pattern: a character, one of any (None), or any number of any.
    enum Token {
        One(char),
        Any,
        Many,
    }
    let mut tokens = Vec::new();
    let mut chars = pattern.chars();
    while let Some(character) = chars.next() {
        tokens.push(match character {
            character if Some(character) == escape => Token::One(chars.next().unwrap_or(character)),
            '%' => Token::Many,
            '_' => Token::Any,
            character => Token::One(character),
        });
    }
    let text: Vec<char> = text.chars().collect();
    // The classic walk with one place to go back to.
    let (mut t, mut p, mut back) = (0, 0, None);
    while t < text.len() {
        match tokens.get(p) {
            Some(Token::Many) => {
                back = Some((p, t));
                p += 1;
                continue;
            }
            Some(Token::Any) => {
                t += 1;
                p += 1;
                continue;
            }
            Some(Token::One(character)) if *character == text[t] => {
                t += 1;
                p += 1;
                continue;
            }
            _ => {}
        }
        let Some((many, from)) = back else {
            return false;
        };
        back = Some((many, from + 1));
        p = many + 1;
        t = from + 1;
    }
    tokens[p..].iter().all(|token| matches!(token, Token::Many))
}

/// An aggregate while rows go by.
#[derive(Debug)]
pub struct Running {
    kind: Aggregate,
    expr: Option<Expr>,
    count: u64,
    sum: f64,
    extreme: Option<Value>,
}

impl Running {
    pub fn new(kind: Aggregate, expr: Option<Expr>) -> Running {
        Running {
            kind,
            expr,
            count: 0,
            sum: 0.0,
            extreme: None,
        }
    }

    pub fn add(&mut self, row: &dyn Row) -> Result<()> {
        let Some(expr) = &self.expr else {
            self.count += 1;
            return Ok(());
        };
        let value = eval(expr, row)?;
        if value == Value::Null {
            return Ok(());
        }
        self.count += 1;
        if matches!(self.kind, Aggregate::Sum | Aggregate::Average) {
            self.sum += value
                .number()
                .ok_or_else(|| format!("{:?} is not a number", value.to_text()))?;
        }
        let better = match &self.extreme {
            None => true,
            Some(old) => {
                let order = match (value.number(), old.number()) {
                    (Some(new), Some(old)) => new.partial_cmp(&old),
                    _ => compare(&value, old),
                };
                order
                    == Some(if self.kind == Aggregate::Least {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    })
            }
        };
        if better {
            self.extreme = Some(value);
        }
        Ok(())
    }

    pub fn result(&self) -> Value {
        let whole = |number: f64| {
            if number.fract() == 0.0 && number.abs() < 9e15 {
                Value::Int(number as i64)
            } else {
                Value::Float(number)
            }
        };
        match self.kind {
            Aggregate::Count => Value::Int(self.count as i64),
            Aggregate::Sum if self.count > 0 => whole(self.sum),
            Aggregate::Average if self.count > 0 => whole(self.sum / self.count as f64),
            Aggregate::Least | Aggregate::Greatest => self.extreme.clone().unwrap_or(Value::Null),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sql;
    use super::*;

    struct Nothing;

    impl Row for Nothing {
        fn column(&self, _: &[Step]) -> Value {
            Value::Null
        }
    }

    #[test]
    fn values() {
        let value = |text: &str| {
            eval(
                &sql::parse(&format!("select {text} from ossobject"))
                    .unwrap()
                    .columns[0]
                    .0,
                &Nothing,
            )
        };
        for text in [
            "1 + 2 * 3 = 7",
            "'a' || 1 = 'a1'",
            "'abc' like 'a%c'",
            "'a%c' like 'a!%c' escape '!'",
            "not 'abc' like 'a_'",
            "2 in (1, 2)",
            "null is null",
            "cast('5' as int) > 4.5",
            "'10' > 9",
            "-(3) < 0",
            "5 not between 1 and 4",
            "true or x",
        ] {
            assert_eq!(value(text), Ok(Value::Bool(true)), "{text}");
        }
        assert_eq!(value("x = 1"), Ok(Value::Null));
        assert!(
            value("1 / 0").is_err()
                && value("cast('x' as int)").is_err()
                && value("9223372036854775807 + 1").is_err()
        );
    }
}
