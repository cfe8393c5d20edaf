struct Parser<'a> { text: &'a str }
impl<'a> Parser<'a> { fn rest(&self, n: usize) -> &'a str { &self.text[n..] }
    fn word(&mut self) -> &'a str { let w = &self.text[..1]; self.text = &self.text[1..]; w } }
fn main() { let mut p = Parser { text: "abc" }; let a = p.word(); let b = p.word(); println!("{} {} {}", a, b, p.rest(0)); }
