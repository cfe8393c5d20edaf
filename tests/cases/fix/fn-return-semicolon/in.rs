// prints: 37
fn sale_price(price: i32) -> i32 {
    if is_even(price) {
        price - 10;
    } else {
        price - 3;
    }
}

fn is_even(n: i32) -> bool {
    n % 2 == 0
}

fn main() {
    println!("{}", sale_price(40) + 7);
}
