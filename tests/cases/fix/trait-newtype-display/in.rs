// prints: [1; 2; 3]
use std::fmt;

impl fmt::Display for Vec<i32> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "[")?;
        for (i, n) in self.iter().enumerate() {
            if i > 0 {
                write!(f, "; ")?;
            }
            write!(f, "{}", n)?;
        }
        write!(f, "]")
    }
}

fn main() {
    let v = vec![1, 2, 3];
    println!("{}", v);
}
