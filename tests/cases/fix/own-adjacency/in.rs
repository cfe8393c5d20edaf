// prints: [[1], [0, 2], [1]]
fn main() {
    let mut adj: Vec<Vec<usize>> = vec![vec![]; 3];
    let edges = [(0, 1), (1, 2)];
    for (a, b) in edges.iter() {
        adj[a].push(b);
        adj[b].push(a);
    }
    println!("{:?}", adj);
}
