// prints: axy.
struct Buf<'a> {
    data: &'a mut String,
}

impl<'a> Drop for Buf<'a> {
    fn drop(&mut self) {
        self.data.push('.');
    }
}

fn text<'a>(b: Buf<'a>) -> &'a mut String {
    b.data.push('x');
    &mut *b.data
}

fn main() {
    let mut s = String::from("a");
    {
        let mut b = Buf { data: &mut s };
        text(b).push('y');
    }
    println!("{}", s);
}
