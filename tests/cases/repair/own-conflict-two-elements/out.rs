fn main() {
    let mut v = vec![1, 2, 3];
    let (left, right) = v.split_at_mut(2);
    let a = &mut left[0];
    let b = &mut right[0];
    *a += *b;
    *b = 0;
    println!("{:?}", v);
}
