fn main() {
    let mut v = vec![1, 2, 3];
    let a = &mut v[0];
    let b = &mut v[2];
    *a += *b;
    *b = 0;
    println!("{:?}", v);
}
