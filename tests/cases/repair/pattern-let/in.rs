fn main() {
    let v = vec![1, 2];
    let Some(first) = v.first();
    println!("{}", first);
}
