struct N { next: Option<Box<N>> }
fn len(n: &N) -> usize { let mut c = 1; let mut cur = n.next; while let Some(x) = cur { c += 1; cur = x.next; } c }
fn main() { println!("{}", len(&N { next: Some(Box::new(N { next: None })) })); }
