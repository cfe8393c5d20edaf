use std::fmt::{Debug, Display};
fn show(x: &(dyn Debug + Display)) { println!("{:?} {}", x, x); }
fn main() { show(&3); }
