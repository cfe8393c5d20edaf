#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Suit {
    Red,
    Black,
}

impl From<Suit> for String {
    fn from(s: Suit) -> String {
        format!("{s:?}")
    }
}

impl Suit {
    pub fn name(&self) -> String {
        String::from(self)
    }
}
