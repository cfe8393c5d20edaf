// prints: Nineteen by Orwell
struct Book {
    author: &str,
    title: &str,
}

fn main() {
    let name = String::from("Orwell");
    let title = String::from("Nineteen");
    let book = Book { author: &name, title: &title };
    println!("{} by {}", book.title, book.author);
}
