// prints: [4, 5] 5
use std::cell::RefCell;
use std::rc::Rc;

struct Subject { observers: Vec<Rc<RefCell<Observer>>>, state: i32 }
struct Observer { seen: Vec<i32> }

impl Observer {
    fn notify(&self, v: i32) { self.seen.push(v); }
}

impl Subject {
    fn attach(&mut self, o: Rc<RefCell<Observer>>) { self.observers.push(o); }
    fn set(&mut self, v: i32) {
        self.state = v;
        for o in self.observers {
            o.notify(v);
        }
    }
}

fn main() {
    let o = Rc::new(RefCell::new(Observer { seen: Vec::new() }));
    let mut s = Subject { observers: Vec::new(), state: 0 };
    s.attach(o);
    s.set(4);
    s.set(5);
    println!("{:?} {}", o.borrow().seen, s.state);
}
