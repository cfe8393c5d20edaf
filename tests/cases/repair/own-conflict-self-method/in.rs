struct Bank { rate: f64, accounts: Vec<f64> }
impl Bank {
    fn rate(&self) -> f64 { self.rate }
    fn accrue(&mut self) {
        for a in self.accounts.iter_mut() { *a += *a * self.rate(); }
    }
}
fn main() { let mut b = Bank { rate: 0.5, accounts: vec![1.0] }; b.accrue(); println!("{}", b.accounts[0]); }
