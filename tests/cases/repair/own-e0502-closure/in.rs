fn main() {
    let mut v = vec![1];
    let show = || println!("{:?}", v);
    v.push(2);
    show();
}
