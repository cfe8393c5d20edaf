// prints: [0, 1, 1]
#[derive(Debug)]
struct Cell { alive: bool, n: u8 }

fn main() {
    let mut cells = vec![Cell { alive: true, n: 0 }, Cell { alive: true, n: 0 }, Cell { alive: false, n: 0 }];
    for (i, c) in cells.iter_mut().enumerate() {
        let left = if i > 0 && cells[i - 1].alive { 1 } else { 0 };
        c.n = left;
    }
    println!("{:?}", cells.iter().map(|c| c.n).collect::<Vec<_>>());
}
