// prints: 2 of 10
mod bank {
    pub struct Account {
        used: u32,
        limit: u32,
    }

    impl Account {
        fn new(limit: u32) -> Self {
            Account { used: 0, limit }
        }
        pub fn spend(&mut self, n: u32) {
            self.used += n;
        }
    }
}

fn main() {
    let mut account = bank::Account::new(10);
    account.spend(2);
    println!("{} of {}", account.used, account.limit);
}
