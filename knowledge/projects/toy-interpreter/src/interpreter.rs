//! Runs the tree of a program.

use std::collections::HashMap;
use std::fmt;
use std::io::Write;
use std::rc::Rc;

use crate::parser::{Expr, ExprKind, Function, Stmt};
use crate::{ProgramError, MAX_DEPTH, PARTS_PER_CALL};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Nothing,
    Number(i64),
    Bool(bool),
    Text(String), // @feature strings
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            // @feature strings
            Value::Text(text) => f.write_str(text),
            // @end
            Value::Nothing => f.write_str("nothing"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Bool(value) => write!(f, "{value}"),
        }
    }
}

/// How a statement ended.
enum Flow {
    Next,
    Return(Value),
}

type Outcome<T> = Result<T, ProgramError>;

pub struct Interpreter<'a, W: Write> {
    output: &'a mut W,
    functions: HashMap<String, Rc<Function>>,
    /// Variables of the blocks around; the first are the global ones.
    scopes: Vec<HashMap<String, Value>>,
    /// Where the scopes of the current function begin.
    base: usize,
    calls: usize,
    parts: usize,
}

impl<'a, W: Write> Interpreter<'a, W> {
    pub fn new(output: &'a mut W) -> Self {
        Interpreter {
            output,
            functions: HashMap::new(),
            scopes: vec![HashMap::new()],
            base: 0,
            calls: 0,
            parts: 0,
        }
    }

    pub fn run(&mut self, program: &[Stmt]) -> Outcome<()> {
        self.statements(program)?;
        self.output
            .flush()
            .map_err(|error| ProgramError::new(0, error.to_string()))
    }

    fn statements(&mut self, statements: &[Stmt]) -> Outcome<Flow> {
        // Functions first, so that they can be called before their place in the text.
        for statement in statements {
            if let Stmt::Function(function) = statement {
                self.functions
                    .insert(function.name.clone(), Rc::clone(function));
            }
        }
        for statement in statements {
            if let Flow::Return(value) = self.statement(statement)? {
                return Ok(Flow::Return(value));
            }
        }
        Ok(Flow::Next)
    }

    /// Runs statements with variables of their own.
    fn block(&mut self, statements: &[Stmt], variables: HashMap<String, Value>) -> Outcome<Flow> {
        self.scopes.push(variables);
        self.parts += 1;
        let flow = self.statements(statements);
        self.parts -= 1;
        self.scopes.pop();
        flow
    }

    fn statement(&mut self, statement: &Stmt) -> Outcome<Flow> {
        match statement {
            Stmt::Let(name, value) => {
                let value = self.value(value)?;
                if let Some(scope) = self.scopes.last_mut() {
                    scope.insert(name.clone(), value);
                }
            }
            Stmt::Assign(name, expression) => {
                let value = self.value(expression)?;
                let variable = self.variable(name);
                *variable.ok_or_else(|| unknown(expression.line, "variable", name))? = value;
            }
            Stmt::Print(list) => {
                let values: Outcome<Vec<Value>> =
                    list.iter().map(|item| self.value(item)).collect();
                let texts: Vec<String> = values?.iter().map(Value::to_string).collect();
                let line = list.first().map_or(0, |first| first.line);
                let written = writeln!(self.output, "{}", texts.join(" "));
                written.map_err(|error| ProgramError::new(line, error.to_string()))?;
            }
            Stmt::If(condition, then, otherwise) => {
                let chosen = if self.condition(condition)? {
                    then
                } else {
                    otherwise
                };
                return self.block(chosen, HashMap::new());
            }
            Stmt::While(condition, body) => {
                while self.condition(condition)? {
                    if let Flow::Return(value) = self.block(body, HashMap::new())? {
                        return Ok(Flow::Return(value));
                    }
                }
            }
            // @feature ranges
            Stmt::For(name, from, to, body) => {
                let (Value::Number(from), Value::Number(end)) =
                    (self.value(from)?, self.value(to)?)
                else {
                    return Err(ProgramError::new(
                        to.line,
                        "a range goes from number to number",
                    ));
                };
                for number in from..end {
                    let variables = HashMap::from([(name.clone(), Value::Number(number))]);
                    if let Flow::Return(value) = self.block(body, variables)? {
                        return Ok(Flow::Return(value));
                    }
                }
            }
            // @end
            Stmt::Function(_) => {}
            Stmt::Return(None) => return Ok(Flow::Return(Value::Nothing)),
            Stmt::Return(Some(value)) => return Ok(Flow::Return(self.value(value)?)),
            Stmt::Expr(expression) => drop(self.value(expression)?),
        }
        Ok(Flow::Next)
    }

    fn condition(&mut self, expression: &Expr) -> Outcome<bool> {
        match self.value(expression)? {
            Value::Bool(value) => Ok(value),
            other => {
                let reason = format!("a condition must be true or false, not {other}");
                Err(ProgramError::new(expression.line, reason))
            }
        }
    }

    fn variable(&mut self, name: &str) -> Option<&mut Value> {
        let own = (self.base..self.scopes.len()).rev();
        let at = own
            .chain([0])
            .find(|at| self.scopes[*at].contains_key(name))?;
        self.scopes[at].get_mut(name)
    }

    fn value(&mut self, expression: &Expr) -> Outcome<Value> {
        self.parts += 1;
        if self.parts > MAX_DEPTH * PARTS_PER_CALL {
            return Err(ProgramError::new(
                expression.line,
                "calls are nested too deeply",
            ));
        }
        let value = self.compute(expression);
        self.parts -= 1;
        value
    }

    fn compute(&mut self, expression: &Expr) -> Outcome<Value> {
        let line = expression.line;
        match &expression.kind {
            ExprKind::Value(value) => Ok(value.clone()),
            ExprKind::Name(name) => {
                let value = self.variable(name).cloned();
                value.ok_or_else(|| unknown(line, "variable", name))
            }
            ExprKind::Unary("not", value) => Ok(Value::Bool(!self.condition(value)?)),
            ExprKind::Unary(operator, value) => match self.value(value)? {
                Value::Number(number) => {
                    let negated = number.checked_neg().map(Value::Number);
                    negated.ok_or_else(|| ProgramError::new(line, "the result is too large"))
                }
                other => {
                    let reason = format!("'{operator}' does not work with {other}");
                    Err(ProgramError::new(line, reason))
                }
            },
            ExprKind::Binary("and", left, right) => {
                Ok(Value::Bool(self.condition(left)? && self.condition(right)?))
            }
            ExprKind::Binary("or", left, right) => {
                Ok(Value::Bool(self.condition(left)? || self.condition(right)?))
            }
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                binary(operator, &left, &right).map_err(|reason| ProgramError::new(line, reason))
            }
            ExprKind::Call(name, values) => {
                let values: Outcome<Vec<Value>> =
                    values.iter().map(|item| self.value(item)).collect();
                self.call(line, name, values?)
            }
        }
    }

    fn call(&mut self, line: usize, name: &str, values: Vec<Value>) -> Outcome<Value> {
        let Some(function) = self.functions.get(name).cloned() else {
            // @feature builtins
            if let Some(result) = builtin(name, &values) {
                return result.map_err(|reason| ProgramError::new(line, reason));
            }
            // @end
            return Err(unknown(line, "function", name));
        };
        let wanted = function.parameters.len();
        if wanted != values.len() {
            let reason = format!("'{name}' takes {wanted} values, not {}", values.len());
            return Err(ProgramError::new(line, reason));
        }
        if self.calls >= MAX_DEPTH {
            return Err(ProgramError::new(line, "calls are nested too deeply"));
        }
        let variables = function.parameters.iter().cloned().zip(values).collect();
        let base = std::mem::replace(&mut self.base, self.scopes.len());
        self.calls += 1;
        let flow = self.block(&function.body, variables);
        self.calls -= 1;
        self.base = base;
        match flow? {
            Flow::Return(value) => Ok(value),
            Flow::Next => Ok(Value::Nothing),
        }
    }
}

fn unknown(line: usize, what: &str, name: &str) -> ProgramError {
    ProgramError::new(line, format!("there is no {what} '{name}'"))
}

fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value, String> {
    let result = match (operator, left, right) {
        ("==", _, _) => return Ok(Value::Bool(left == right)),
        ("!=", _, _) => return Ok(Value::Bool(left != right)),
        ("/" | "%", Value::Number(_), Value::Number(0)) => {
            return Err("division by zero".to_string())
        }
        ("+", Value::Number(a), Value::Number(b)) => a.checked_add(*b),
        ("-", Value::Number(a), Value::Number(b)) => a.checked_sub(*b),
        ("*", Value::Number(a), Value::Number(b)) => a.checked_mul(*b),
        ("/", Value::Number(a), Value::Number(b)) => a.checked_div(*b),
        ("%", Value::Number(a), Value::Number(b)) => a.checked_rem(*b),
        (_, Value::Number(a), Value::Number(b)) => return Ok(compare(operator, a, b)),
        // @feature strings
        ("+", Value::Text(_), _) | ("+", _, Value::Text(_)) => {
            return Ok(Value::Text(format!("{left}{right}")));
        }
        ("<" | "<=" | ">" | ">=", Value::Text(a), Value::Text(b)) => {
            return Ok(compare(operator, a, b))
        }
        // @end
        _ => {
            return Err(format!(
                "'{operator}' does not work with {left} and {right}"
            ))
        }
    };
    result
        .map(Value::Number)
        .ok_or_else(|| "the result is too large".to_string())
}

fn compare<T: Ord>(operator: &str, a: &T, b: &T) -> Value {
    Value::Bool(match operator {
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        _ => a >= b,
    })
}

// @feature builtins
/// Functions that need not be written; nothing if there is none of this name.
fn builtin(name: &str, values: &[Value]) -> Option<Result<Value, String>> {
    let wanted = match name {
        "abs" => 1,
        "min" | "max" => 2,
        _ => return None,
    };
    let result = match (name, values) {
        ("abs", [Value::Number(a)]) => a.checked_abs(),
        ("min", [Value::Number(a), Value::Number(b)]) => Some(*a.min(b)),
        ("max", [Value::Number(a), Value::Number(b)]) => Some(*a.max(b)),
        _ => return Some(Err(format!("'{name}' takes {wanted} numbers"))),
    };
    Some(
        result
            .map(Value::Number)
            .ok_or_else(|| "the result is too large".to_string()),
    )
}
// @end
