// prints: Cons(1, Nil)
#[derive(Debug)]
enum List {
    Cons(i32, List),
    Nil,
}

fn main() {
    println!("{:?}", List::Cons(1, List::Nil));
}
