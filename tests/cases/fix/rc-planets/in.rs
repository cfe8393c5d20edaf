// prints: references: 3
// prints: Mercury orbits Sun
use std::rc::Rc;

#[derive(Debug)]
struct Sun;

#[derive(Debug)]
enum Planet {
    Mercury(Rc<Sun>),
    Venus(Rc<Sun>),
}

fn main() {
    let sun = Rc::new(Sun);
    let mercury = Planet::Mercury(sun);
    let _venus = Planet::Venus(sun);
    println!("references: {}", Rc::strong_count(&sun));
    if let Planet::Mercury(s) = &mercury {
        println!("Mercury orbits {:?}", s);
    }
}
