// prints: 3
fn depth(tree: &[usize], i: usize) -> usize {
    if i >= tree.len() {
        return 0;
    }
    1 + std::cmp::max(depth(tree, 2 * i + 1, depth(tree, 2 * i + 2))
}

fn main() {
    println!("{}", depth(&[1, 2, 3, 4, 5], 0));
}
