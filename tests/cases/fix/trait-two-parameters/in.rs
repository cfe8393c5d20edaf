// Anything licensed can be compared.
// prints: true
trait Licensed {
    fn info(&self) -> String {
        "Default license".to_string()
    }
}

struct SomeSoftware;
struct OtherSoftware;

impl Licensed for SomeSoftware {}
impl Licensed for OtherSoftware {}

fn compare(a: SomeSoftware, b: SomeSoftware) -> bool {
    a.info() == b.info()
}

fn main() {
    println!("{}", compare(SomeSoftware, OtherSoftware));
}
