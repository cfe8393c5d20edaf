#[derive()]
pub enum Step {
    Left,
    Right(u32),
}

#[derive(Debug, PartialEq)]
pub struct Plan {
    steps: Vec<Step>,
}

impl Plan {
    pub fn again(&self) -> Vec<Step> {
        let copy = self.steps.clone();
        println!("{copy:?} {:?}", Step::Left);
        copy
    }
    pub fn starts(&self, s: &Step) -> bool {
        self.steps.first() == Some(s)
    }
}
