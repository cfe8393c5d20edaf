// prints: 18
fn main() {
    let mut guess = String::from("  17 ");
    guess = guess.trim().parse().unwrap();
    let guess_number: u32 = guess;
    println!("{}", guess_number + 1);
}
