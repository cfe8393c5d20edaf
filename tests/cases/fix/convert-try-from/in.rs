// prints: Ok(Color { red: 183, green: 65, blue: 14 })
// prints: Err(IntConversion)
#[derive(Debug)]
struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

#[derive(Debug)]
enum IntoColorError {
    IntConversion,
}

impl TryFrom<(i16, i16, i16)> for Color {
    fn try_from(t: (i16, i16, i16)) -> Result<Self, Self::Error> {
        let (r, g, b) = t;
        if [r, g, b].iter().any(|v| !(0..=255).contains(v)) {
            return Err(IntoColorError::IntConversion);
        }
        Ok(Color { red: r as u8, green: g as u8, blue: b as u8 })
    }
}

fn main() {
    println!("{:?}", Color::try_from((183, 65, 14)));
    println!("{:?}", Color::try_from((-1, 0, 0)));
}
