use std::fmt::{Debug, Display};
trait DebugDisplay: Debug + Display {}
impl<T: Debug + Display + ?Sized> DebugDisplay for T {}

fn show(x: &(dyn DebugDisplay)) { println!("{:?} {}", x, x); }
fn main() { show(&3); }
