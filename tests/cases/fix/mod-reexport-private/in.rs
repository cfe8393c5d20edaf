// The outer names are what the program uses.
// prints: pear and cucumber
mod snacks {
    use self::fruits::PEAR as fruit;
    use self::veggies::CUCUMBER as veggie;

    mod fruits {
        pub const PEAR: &str = "pear";
        pub const APPLE: &str = "apple";
    }

    mod veggies {
        pub const CUCUMBER: &str = "cucumber";
        pub const CARROT: &str = "carrot";
    }
}

fn main() {
    println!("{} and {}", snacks::fruit, snacks::veggie);
}
