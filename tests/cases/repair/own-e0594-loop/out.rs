struct P { x: i32 }
fn main() { let mut ps = vec![P { x: 1 }]; for p in ps.iter_mut() { p.x += 1; } println!("{}", ps[0].x); }
