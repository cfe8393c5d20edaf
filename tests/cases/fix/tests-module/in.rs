// prints: 81
fn square(n: i32) -> i32 {
    n * n
}

fn main() {
    println!("{}", square(9));
}

#[cfg(test)]
mod tests {
    #[test]
    fn squares() {
        assert_eq!(square(3), 9);
    }
}
