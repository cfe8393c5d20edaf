fn main() {
    let mut v = vec![1];
    let show = || println!("{:?}", v);
    show();
    v.push(2);
}
