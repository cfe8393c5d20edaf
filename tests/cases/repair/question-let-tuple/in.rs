#[derive(Debug)]
pub enum CalcError {
    Empty,
    Divide,
}

pub struct Calculator {
    values: Vec<i16>,
}

impl Calculator {
    fn pop(&mut self) -> Result<i16, CalcError> {
        self.values.pop().ok_or(CalcError::Empty)
    }

    pub fn apply(&mut self, op: char) -> Result<(), CalcError> {
        let (right, left) = (self.pop()?, self.pop());
        match op {
            '+' => self.values.push(left + right),
            '-' => self.values.push(left - right),
            '/' if right == 0 => return Err(CalcError::Divide),
            _ => self.values.push(left * right),
        }
        Ok(())
    }
}
