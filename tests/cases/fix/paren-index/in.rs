// prints: 0
fn idx(r: usize, c: usize, w: usize) -> usize { r * w + c }
fn diag(g: &[i32], w: usize) -> i32 {
    let mut t = 0;
    for i in 0..w {
        t += g[idx(i, i, w)] - g[idx(i, w - 1 - i, w];
    }
    t
}
fn main() {
    println!("{}", diag(&[1, 2, 3, 4], 2));
}
