// prints: 9
fn row_sum(g: &[Vec<i32>], r: usize, c: usize) -> i32 {
    g[r][c + g[r][c + 1]
}
fn main() {
    let g = vec![vec![1, 2, 3], vec![4, 5, 6]];
    println!("{}", row_sum(&g, 1, 0));
}
