// prints: 12
struct Weight(u32);

impl FromStr for Weight {
    type Err = std::num::ParseIntError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Ok(Weight(s.parse()?))
    }
}

fn main() {
    let w: Weight = "12".parse().unwrap();
    println!("{}", w.0);
}
