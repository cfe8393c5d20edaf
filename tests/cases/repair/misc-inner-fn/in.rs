fn main() { let k = 3; fn times(x: i32) -> i32 { x * k } println!("{}", times(2)); }
