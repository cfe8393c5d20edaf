use std::collections::HashMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Deposit,
    Withdraw,
    Transfer(u32),
}

#[derive(Debug)]
pub enum Error {
    Missing(u32),
    TooMuch,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Missing(id) => write!(f, "no account {}", id),
            Error::TooMuch => write!(f, "not enough"),
        }
    }
}

pub struct Bank {
    accounts: HashMap<u32, i64>,
    log: Vec<(u32, Kind)>,
}

impl Bank {
    pub fn new() -> Bank {
        Bank { accounts: HashMap::new(), log: Vec::new() }
    }

    pub fn apply(&mut self, id: u32, kind: Kind, amount: i64) -> Result<i64, Error> {
        let balance = self.accounts.get(&id).copied().ok_or(Error::Missing(id))?;
        let next = match kind {
            Kind::Deposit => balance + amount,
            Kind::Withdraw | Kind::Transfer(_) => {
                check(balance, amount)?;
                balance - amount
            }
        };
        self.accounts.insert(id, next);
        self.log.push((id, kind));
        Ok(next)
    }

    pub fn same(&self, at: usize, kind: &Kind) -> bool {
        self.log[at].1 == *kind
    }
}

fn check(balance: i64, amount: i64) -> Result<(), Error> {
    if amount > balance {
        return Err(Error::TooMuch);
    }
    Ok(())
}

pub fn total(bank: &Bank, bonus: i64) -> i64 {
    let mut sum = 0;
    for value in bank.accounts.values() {
        sum += value;
    }
    sum + bonus
}

pub fn report(bank: &Bank) -> String {
    let all = total(bank, 0);
    format!("{}", all)
}
