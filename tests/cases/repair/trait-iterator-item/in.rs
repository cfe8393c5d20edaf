struct Count { n: u32 }
impl Iterator for Count {
    fn next(&mut self) -> Option<u32> { self.n += 1; if self.n < 4 { Some(self.n) } else { None } }
}
fn main() { for x in (Count { n: 0 }) { println!("{}", x); } }
