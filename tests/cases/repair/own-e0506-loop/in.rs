fn main() {
    let mut best = 0;
    let r = &best;
    for i in 0..4 { if i > *r { best = i; } }
    println!("{}", best);
}
