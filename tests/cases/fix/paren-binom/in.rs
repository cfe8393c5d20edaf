// prints: 10
fn fact(n: u64) -> u64 {
    (1..=n).product()
}
fn binom(n: u64, k: u64) -> u64 {
    fact(n) / (fact(k) * fact(n - k)
}
fn main() {
    println!("{}", binom(5, 2));
}
