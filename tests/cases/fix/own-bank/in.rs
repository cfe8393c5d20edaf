// prints: Ok(398)
// prints: Ok(())
// prints: 348 60
use std::collections::HashMap;

#[derive(Debug)]
enum TxError { NoAccount(String), Insufficient { needed: u64, available: u64 } }

#[derive(Debug, Clone)]
struct Account { owner: String, balance: u64, history: Vec<String> }

struct Bank { accounts: HashMap<String, Account>, fee: u64 }

impl Bank {
    fn new(fee: u64) -> Bank { Bank { accounts: HashMap::new(), fee } }

    fn open(&mut self, owner: &str, balance: u64) {
        let account = Account { owner: owner.to_string(), balance, history: vec![] };
        self.accounts.insert(account.owner, account);
    }

    fn fee_for(&self, amount: u64) -> u64 { self.fee + amount / 100 }

    fn withdraw(&mut self, owner: &str, amount: u64) -> Result<u64, TxError> {
        let account = match self.accounts.get_mut(owner) {
            Some(a) => a,
            None => return Err(TxError::NoAccount(owner.to_string())),
        };
        let total = amount + self.fee_for(amount);
        if account.balance < total {
            return Err(TxError::Insufficient { needed: total, available: account.balance });
        }
        account.balance -= total;
        account.history.push(format!("withdraw {}", amount));
        Ok(account.balance)
    }

    fn transfer(&mut self, from: &str, to: &str, amount: u64) -> Result<(), TxError> {
        let a = self.accounts.get_mut(from).ok_or(TxError::NoAccount(from.to_string()))?;
        let b = self.accounts.get_mut(to).ok_or(TxError::NoAccount(to.to_string()))?;
        if a.balance < amount {
            return Err(TxError::Insufficient { needed: amount, available: a.balance });
        }
        a.balance -= amount;
        b.balance += amount;
        Ok(())
    }
}

fn main() {
    let mut bank = Bank::new(1);
    bank.open("ann", 500);
    bank.open("bob", 10);
    println!("{:?}", bank.withdraw("ann", 100));
    println!("{:?}", bank.transfer("ann", "bob", 50));
    println!("{} {}", bank.accounts["ann"].balance, bank.accounts["bob"].balance);
}
