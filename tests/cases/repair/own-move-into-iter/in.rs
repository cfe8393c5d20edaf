fn main() {
    let v = vec![1, 2, 3];
    let s: i32 = v.into_iter().sum();
    println!("{} {:?}", s, v);
}
