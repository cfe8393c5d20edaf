mod shapes {
    pub struct Square {
        pub side: f64,
    }

    impl Square {
        pub fn area(&self) -> f64 {
            self.side * self.side
        }
    }

    pub fn unit() -> Square {
        Square { side: 1.0 }
    }
}

pub trait Named {
    fn name(&self) -> String;
}

impl Named for shapes::Square {
    fn name(&self) -> String {
        format!("square {:.1} of {}", self.side, self.area())
    }
}

pub fn twice() -> f64 {
    let s = shapes::unit();
    s.area() * 2.0
}
