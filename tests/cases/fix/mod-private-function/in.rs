// prints: sausage!
mod kitchen {
    fn secret() -> String {
        String::from("salt")
    }

    fn make_sausage() {
        let _ = secret();
        println!("sausage!");
    }
}

fn main() {
    kitchen::make_sausage();
}
