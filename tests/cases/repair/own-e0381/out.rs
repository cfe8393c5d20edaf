fn main() {
    let mut total: i32 = 0;
    for i in 0..3 { total += i; }
    println!("{}", total);
}
