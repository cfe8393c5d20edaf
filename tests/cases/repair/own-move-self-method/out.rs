struct Account { owner: String, balance: i64 }
impl Account {
    fn describe(&self) -> String { format!("{}: {}", self.owner, self.balance) }
}
fn main() {
    let a = Account { owner: String::from("Bo"), balance: 3 };
    println!("{}", a.describe());
    println!("{}", a.balance);
}
