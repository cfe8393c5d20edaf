fn main() { let a = [1, 2, 3]; let [x, y] = a; println!("{} {}", x, y); }
