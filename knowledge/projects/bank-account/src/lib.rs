//! Accounts that hold money in whole cents, and the commands that move it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Printed behind amounts.
pub const CURRENCY: &str = "EUR"; // @slot currency

/// The largest amount that one command may move, in whole units of the currency.
pub const MAX_AMOUNT: i64 = 1000000; // @slot max_amount

/// An amount in cents. Text has at most two decimals: `12`, `12.5`, `12.34`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub i64);

impl FromStr for Money {
    type Err = BankError;

    fn from_str(text: &str) -> Result<Self, BankError> {
        let wrong = || BankError::BadAmount(text.to_string());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
            return Err(wrong());
        }
        let whole: i64 = whole.parse().map_err(|_| wrong())?;
        let cents: i64 = format!("{fraction:0<2}").parse().map_err(|_| wrong())?;
        let total = whole
            .checked_mul(100)
            .and_then(|sum| sum.checked_add(cents));
        total.map(Money).ok_or_else(wrong)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02} {CURRENCY}", cents / 100, cents % 100)
    }
}

/// Why a command was not carried out. The accounts are then as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankError {
    BadAmount(String),
    OutOfRange(Money),
    NoAccount(String),
    AccountExists(String),
    SameAccount(String),
    NotEnough { account: String, available: Money },
    Overflow,
    NotEmpty(String),   // @feature close
    BadPercent(String), // @feature interest
    BadCommand(String),
}

impl fmt::Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            BankError::BadAmount(text) => write!(f, "'{text}' is not an amount like 12.34"),
            BankError::OutOfRange(money) => {
                write!(f, "{money} is not above zero and at most {MAX_AMOUNT}")
            }
            BankError::NoAccount(name) => write!(f, "there is no account '{name}'"),
            BankError::AccountExists(name) => write!(f, "account '{name}' exists already"),
            BankError::SameAccount(name) => write!(f, "'{name}' is both sender and receiver"),
            BankError::NotEnough { account, available } => {
                write!(f, "account '{account}' has only {available}")
            }
            BankError::Overflow => write!(f, "the balance would become too large"),
            // @feature close
            BankError::NotEmpty(name) => write!(f, "account '{name}' is not at zero"),
            // @end
            // @feature interest
            BankError::BadPercent(text) => write!(f, "'{text}' is not a percentage from 0 to 100"),
            // @end
            BankError::BadCommand(line) => write!(f, "'{line}' is not a command"),
        }
    }
}

impl std::error::Error for BankError {}

#[derive(Debug, Clone, Default)]
struct Account {
    balance: Money,
    overdraft: Money, // @feature overdraft
}

/// All accounts by name.
#[derive(Debug, Clone, Default)]
pub struct Bank {
    accounts: BTreeMap<String, Account>,
    done: Vec<String>, // @feature history
}

impl Bank {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn open(&mut self, name: &str) -> Result<(), BankError> {
        if self.accounts.contains_key(name) {
            return Err(BankError::AccountExists(name.to_string()));
        }
        self.accounts.insert(name.to_string(), Account::default());
        Ok(())
    }

    pub fn balance(&self, name: &str) -> Result<Money, BankError> {
        self.account(name).map(|account| account.balance)
    }

    pub fn deposit(&mut self, name: &str, amount: Money) -> Result<(), BankError> {
        check_range(amount)?;
        self.check_room(name, amount)?;
        self.account_mut(name)?.balance.0 += amount.0;
        Ok(())
    }

    pub fn withdraw(&mut self, name: &str, amount: Money) -> Result<(), BankError> {
        check_range(amount)?;
        self.check_funds(name, amount)?;
        self.account_mut(name)?.balance.0 -= amount.0;
        Ok(())
    }

    /// Moves money between two accounts: all of it or none.
    pub fn transfer(&mut self, from: &str, to: &str, amount: Money) -> Result<(), BankError> {
        check_range(amount)?;
        if from == to {
            return Err(BankError::SameAccount(from.to_string()));
        }
        self.check_room(to, amount)?;
        self.check_funds(from, amount)?;
        self.account_mut(from)?.balance.0 -= amount.0;
        self.account_mut(to)?.balance.0 += amount.0;
        Ok(())
    }

    /// The sum over all accounts.
    pub fn total(&self) -> Money {
        Money(self.accounts.values().map(|a| a.balance.0).sum())
    }

    // @feature close
    /// Removes an account that is at zero.
    pub fn close(&mut self, name: &str) -> Result<(), BankError> {
        if self.balance(name)? != Money(0) {
            return Err(BankError::NotEmpty(name.to_string()));
        }
        self.accounts.remove(name);
        Ok(())
    }
    // @end

    // @feature overdraft
    /// Lets the balance go below zero by `limit`.
    pub fn set_overdraft(&mut self, name: &str, limit: Money) -> Result<(), BankError> {
        self.account_mut(name)?.overdraft = limit;
        Ok(())
    }
    // @end

    // @feature interest
    /// Pays interest on every balance above zero, rounded to the nearest cent, half a cent up.
    pub fn pay_interest(&mut self, percent: &str) -> Result<(), BankError> {
        let wrong = || BankError::BadPercent(percent.to_string());
        let hundredths = percent.parse::<Money>().map_err(|_| wrong())?.0;
        if hundredths > 100 * 100 {
            return Err(wrong());
        }
        let mut accounts = self.accounts.clone();
        for account in accounts.values_mut().filter(|a| a.balance.0 > 0) {
            let new = i128::from(account.balance.0) * i128::from(10000 + hundredths) + 5000;
            account.balance.0 = i64::try_from(new / 10000).map_err(|_| BankError::Overflow)?;
        }
        self.accounts = accounts;
        Ok(())
    }
    // @end

    /// Carries out one line of a script and returns what it prints.
    pub fn execute(&mut self, line: &str) -> Result<String, BankError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["open", name] => self.open(name)?,
            ["open", name, amount] => {
                let amount = amount.parse()?;
                check_range(amount)?;
                self.open(name)?;
                self.deposit(name, amount)?;
            }
            ["deposit", name, amount] => self.deposit(name, amount.parse()?)?,
            ["withdraw", name, amount] => self.withdraw(name, amount.parse()?)?,
            ["transfer", from, to, amount] => self.transfer(from, to, amount.parse()?)?,
            ["balance", name] => return Ok(format!("{name}: {}\n", self.balance(name)?)),
            ["balance"] => return Ok(self.report()),
            // @feature close
            ["close", name] => self.close(name)?,
            // @end
            // @feature overdraft
            ["overdraft", name, limit] => self.set_overdraft(name, limit.parse()?)?,
            // @end
            // @feature interest
            ["interest", percent] => self.pay_interest(percent)?,
            // @end
            // @feature history
            ["history", name] => return self.history(name),
            // @end
            _ => return Err(BankError::BadCommand(line.trim().to_string())),
        }
        self.done.push(words.join(" ")); // @feature history
        Ok(String::new())
    }

    // @feature history
    /// The commands that changed this account, in order.
    fn history(&self, name: &str) -> Result<String, BankError> {
        self.account(name)?;
        let about = |line: &&String| {
            line.starts_with("interest") || line.split(' ').skip(1).any(|word| word == name)
        };
        let lines = self.done.iter().filter(about);
        Ok(lines.map(|line| format!("  {line}\n")).collect())
    }
    // @end

    fn report(&self) -> String {
        let lines = self.accounts.iter();
        let text: String = lines
            .map(|(name, a)| format!("{name}: {}\n", a.balance))
            .collect();
        format!("{text}total: {}\n", self.total())
    }

    fn account(&self, name: &str) -> Result<&Account, BankError> {
        let account = self.accounts.get(name);
        account.ok_or_else(|| BankError::NoAccount(name.to_string()))
    }

    fn account_mut(&mut self, name: &str) -> Result<&mut Account, BankError> {
        let account = self.accounts.get_mut(name);
        account.ok_or_else(|| BankError::NoAccount(name.to_string()))
    }

    fn check_room(&self, name: &str, amount: Money) -> Result<(), BankError> {
        let sum = self.balance(name)?.0.checked_add(amount.0);
        sum.map(|_| ()).ok_or(BankError::Overflow)
    }

    fn check_funds(&self, name: &str, amount: Money) -> Result<(), BankError> {
        let available = self.account(name)?.balance;
        // @feature overdraft
        let overdraft = self.account(name)?.overdraft;
        let available = Money(available.0.saturating_add(overdraft.0));
        // @end
        if available < amount {
            let account = name.to_string();
            return Err(BankError::NotEnough { account, available });
        }
        Ok(())
    }
}

fn check_range(amount: Money) -> Result<(), BankError> {
    match amount.0 > 0 && amount.0 <= MAX_AMOUNT * 100 {
        true => Ok(()),
        false => Err(BankError::OutOfRange(amount)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank() -> Bank {
        let mut bank = Bank::new();
        bank.execute("open ann 100").unwrap();
        bank.execute("open bob").unwrap();
        bank
    }

    #[test]
    fn amounts_are_exact_cents() {
        assert_eq!("0.1".parse(), Ok(Money(10)));
        assert_eq!("12.34".parse(), Ok(Money(1234)));
        for wrong in ["", "1.", ".5", "1.234", "-1", "1e3", "99999999999999999999"] {
            assert!(wrong.parse::<Money>().is_err(), "{wrong}");
        }
        assert!(Money(-105).to_string().starts_with("-1.05 "));
    }

    #[test]
    fn transfers_move_money_and_keep_the_total() {
        let mut bank = bank();
        bank.transfer("ann", "bob", Money(2550)).unwrap();
        assert_eq!(bank.balance("ann"), Ok(Money(7450)));
        assert_eq!(bank.balance("bob"), Ok(Money(2550)));
        assert_eq!(bank.total(), Money(10000));
    }

    #[test]
    fn money_that_is_not_there_cannot_be_spent() {
        let mut bank = bank();
        let result = bank.withdraw("ann", Money(10001));
        assert!(matches!(
            result,
            Err(BankError::NotEnough {
                available: Money(10000),
                ..
            })
        ));
        assert!(bank.transfer("bob", "ann", Money(1)).is_err());
        assert_eq!(bank.total(), Money(10000));
    }

    #[test]
    fn failed_commands_change_nothing() {
        let mut bank = bank();
        for line in [
            "transfer ann zoe 5",
            "transfer ann ann 5",
            "deposit ann 0",
            "open ann 5",
        ] {
            assert!(bank.execute(line).is_err(), "{line}");
        }
        assert!(bank.execute("open zoe x").is_err() && bank.balance("zoe").is_err());
        assert_eq!(bank.balance("ann"), Ok(Money(10000)));
    }

    #[test]
    fn amounts_have_an_upper_limit() {
        let result = bank().deposit("ann", Money((MAX_AMOUNT + 1) * 100));
        assert!(matches!(result, Err(BankError::OutOfRange(_))));
    }

    // @feature overdraft
    #[test]
    fn an_overdraft_allows_debt_up_to_its_limit() {
        let mut bank = bank();
        bank.execute("overdraft bob 50").unwrap();
        bank.withdraw("bob", Money(5000)).unwrap();
        assert_eq!(bank.balance("bob"), Ok(Money(-5000)));
        assert!(bank.withdraw("bob", Money(1)).is_err());
    }
    // @end

    // @feature close
    #[test]
    fn only_empty_accounts_are_closed() {
        let mut bank = bank();
        assert_eq!(
            bank.close("ann"),
            Err(BankError::NotEmpty("ann".to_string()))
        );
        bank.close("bob").unwrap();
        assert!(bank.balance("bob").is_err());
    }
    // @end

    // @feature interest
    #[test]
    fn interest_is_rounded_to_cents() {
        let mut bank = bank();
        bank.execute("deposit bob 0.33").unwrap();
        bank.execute("interest 1.5").unwrap();
        assert_eq!(bank.balance("ann"), Ok(Money(10150)));
        assert_eq!(bank.balance("bob"), Ok(Money(33)));
        assert!(bank.execute("interest 101").is_err());
    }
    // @end

    // @feature history
    #[test]
    fn the_history_names_both_sides() {
        let mut bank = bank();
        bank.execute("transfer ann bob 1").unwrap();
        assert!(bank
            .execute("history bob")
            .unwrap()
            .contains("transfer ann bob 1\n"));
        assert_eq!(bank.execute("history ann").unwrap().lines().count(), 2);
    }
    // @end
}
