//! Turns tokens into a tree of statements and expressions.

use std::rc::Rc;

use crate::lexer::Token;
use crate::{ProgramError, Value};

/// The deepest nesting of blocks and parentheses, and the most operators in a row.
const MAX_NESTING: usize = 40;
const MAX_OPERATORS: usize = 200;

#[derive(Debug)]
pub struct Expr {
    pub line: usize,
    pub kind: ExprKind,
}

#[derive(Debug)]
pub enum ExprKind {
    Value(Value),
    Name(String),
    Unary(&'static str, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
}

#[derive(Debug)]
pub enum Stmt {
    Let(String, Expr),
    Assign(String, Expr),
    Print(Vec<Expr>),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    While(Expr, Vec<Stmt>),
    For(String, Expr, Expr, Vec<Stmt>), // @feature ranges
    Function(Rc<Function>),
    Return(Option<Expr>),
    Expr(Expr),
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub parameters: Vec<String>,
    pub body: Vec<Stmt>,
}

/// Operators of two values from the weakest to the strongest.
const LEVELS: [&[&str]; 6] = [
    &["or"],
    &["and"],
    &["==", "!="],
    &["<", "<=", ">", ">="],
    &["+", "-"],
    &["*", "/", "%"],
];

const KEYWORDS: [&str; 14] = [
    "let", "print", "if", "else", "while", "for", "in", "fn", "return", "true", "false", "and",
    "or", "not",
];

pub fn parse(tokens: &[(usize, Token)]) -> Result<Vec<Stmt>, ProgramError> {
    let mut parser = Parser {
        tokens,
        at: 0,
        nesting: 0,
        functions: 0,
    };
    let mut program = Vec::new();
    while *parser.peek() != Token::End {
        program.push(parser.statement()?);
    }
    Ok(program)
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    at: usize,
    nesting: usize,
    /// Functions around the current place.
    functions: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        // The last token is the end, which is never passed.
        &self.tokens[self.at].1
    }

    fn line(&self) -> usize {
        self.tokens[self.at].0
    }

    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    fn error<T>(&self, reason: impl Into<String>) -> Result<T, ProgramError> {
        Err(ProgramError::new(self.line(), reason))
    }

    fn expected<T>(&self, wanted: &str) -> Result<T, ProgramError> {
        let found = match self.peek() {
            Token::Number(number) => format!("'{number}'"),
            Token::Word(word) => format!("'{word}'"),
            Token::Sign(sign) => format!("'{sign}'"),
            // @feature strings
            Token::Text(text) => format!("\"{text}\""),
            // @end
            Token::End => "the end".to_string(),
        };
        self.error(format!("expected {wanted}, found {found}"))
    }

    fn is(&self, text: &str) -> bool {
        match self.peek() {
            Token::Sign(sign) => *sign == text,
            Token::Word(word) => word == text,
            _ => false,
        }
    }

    /// Takes the next token if it is this sign or word.
    fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, text: &str) -> Result<(), ProgramError> {
        match self.take(text) {
            true => Ok(()),
            false => self.expected(&format!("'{text}'")),
        }
    }

    fn name(&mut self) -> Result<String, ProgramError> {
        match self.peek() {
            Token::Word(word) if !KEYWORDS.contains(&word.as_str()) => {
                let word = word.clone();
                self.advance();
                Ok(word)
            }
            _ => self.expected("a name"),
        }
    }

    fn deeper(&mut self) -> Result<(), ProgramError> {
        self.nesting += 1;
        match self.nesting > MAX_NESTING {
            true => self.error("the program is nested too deeply"),
            false => Ok(()),
        }
    }

    fn block(&mut self) -> Result<Vec<Stmt>, ProgramError> {
        self.expect("{")?;
        self.deeper()?;
        let mut statements = Vec::new();
        while !self.is("}") && *self.peek() != Token::End {
            statements.push(self.statement()?);
        }
        self.nesting -= 1;
        self.expect("}")?;
        Ok(statements)
    }

    fn statement(&mut self) -> Result<Stmt, ProgramError> {
        if self.take("if") {
            return self.condition();
        }
        if self.take("while") {
            return Ok(Stmt::While(self.expression()?, self.block()?));
        }
        // @feature ranges
        if self.take("for") {
            let name = self.name()?;
            self.expect("in")?;
            let from = self.expression()?;
            self.expect("..")?;
            return Ok(Stmt::For(name, from, self.expression()?, self.block()?));
        }
        // @end
        if self.take("fn") {
            return self.function();
        }
        let statement = self.simple_statement()?;
        self.expect(";")?;
        Ok(statement)
    }

    fn condition(&mut self) -> Result<Stmt, ProgramError> {
        let (condition, then) = (self.expression()?, self.block()?);
        let otherwise = match self.take("else") {
            true if self.take("if") => {
                self.deeper()?;
                let nested = vec![self.condition()?];
                self.nesting -= 1;
                nested
            }
            true => self.block()?,
            false => Vec::new(),
        };
        Ok(Stmt::If(condition, then, otherwise))
    }

    fn function(&mut self) -> Result<Stmt, ProgramError> {
        let name = self.name()?;
        self.expect("(")?;
        let mut parameters: Vec<String> = Vec::new();
        while !self.is(")") {
            if !parameters.is_empty() {
                self.expect(",")?;
            }
            let parameter = self.name()?;
            if parameters.contains(&parameter) {
                return self.error(format!("'{parameter}' is there twice"));
            }
            parameters.push(parameter);
        }
        self.expect(")")?;
        self.functions += 1;
        let body = self.block()?;
        self.functions -= 1;
        Ok(Stmt::Function(Rc::new(Function {
            name,
            parameters,
            body,
        })))
    }

    fn simple_statement(&mut self) -> Result<Stmt, ProgramError> {
        if self.is("return") && self.functions == 0 {
            return self.error("'return' outside of a function");
        }
        if self.take("return") {
            let value = if self.is(";") {
                None
            } else {
                Some(self.expression()?)
            };
            return Ok(Stmt::Return(value));
        }
        if self.take("print") {
            return Ok(Stmt::Print(self.list(";")?));
        }
        if self.take("let") {
            let name = self.name()?;
            self.expect("=")?;
            return Ok(Stmt::Let(name, self.expression()?));
        }
        let expression = self.expression()?;
        match expression.kind {
            ExprKind::Name(name) if self.take("=") => Ok(Stmt::Assign(name, self.expression()?)),
            _ => Ok(Stmt::Expr(expression)),
        }
    }

    /// Expressions with commas between; none if `end` comes at once, which is not taken.
    fn list(&mut self, end: &str) -> Result<Vec<Expr>, ProgramError> {
        let mut list = Vec::new();
        if !self.is(end) {
            list.push(self.expression()?);
            while self.take(",") {
                list.push(self.expression()?);
            }
        }
        Ok(list)
    }

    fn expression(&mut self) -> Result<Expr, ProgramError> {
        self.binary(0)
    }

    fn binary(&mut self, level: usize) -> Result<Expr, ProgramError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        for _ in 0..MAX_OPERATORS {
            let line = self.line();
            let Some(operator) = operators.iter().find(|operator| self.is(operator)) else {
                return Ok(left);
            };
            self.advance();
            let right = self.binary(level + 1)?;
            let kind = ExprKind::Binary(operator, Box::new(left), Box::new(right));
            left = Expr { line, kind };
        }
        self.error("the expression is too long")
    }

    fn unary(&mut self) -> Result<Expr, ProgramError> {
        let line = self.line();
        for operator in ["-", "not"] {
            if self.take(operator) {
                self.deeper()?;
                let value = Box::new(self.unary()?);
                self.nesting -= 1;
                return Ok(Expr {
                    line,
                    kind: ExprKind::Unary(operator, value),
                });
            }
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Expr, ProgramError> {
        let line = self.line();
        let kind = match self.peek().clone() {
            Token::Number(number) => {
                self.advance();
                ExprKind::Value(Value::Number(number))
            }
            // @feature strings
            Token::Text(text) => {
                self.advance();
                ExprKind::Value(Value::Text(text))
            }
            // @end
            Token::Sign("(") => {
                self.advance();
                self.deeper()?;
                let inner = self.expression()?;
                self.nesting -= 1;
                self.expect(")")?;
                return Ok(inner);
            }
            _ if self.take("true") => ExprKind::Value(Value::Bool(true)),
            _ if self.take("false") => ExprKind::Value(Value::Bool(false)),
            Token::Word(word) if !KEYWORDS.contains(&word.as_str()) => {
                self.advance();
                if self.take("(") {
                    self.deeper()?;
                    let values = self.list(")")?;
                    self.nesting -= 1;
                    self.expect(")")?;
                    ExprKind::Call(word, values)
                } else {
                    ExprKind::Name(word)
                }
            }
            _ => return self.expected("a value"),
        };
        Ok(Expr { line, kind })
    }
}
