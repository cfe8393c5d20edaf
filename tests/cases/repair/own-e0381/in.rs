fn main() {
    let total: i32;
    for i in 0..3 { total += i; }
    println!("{}", total);
}
