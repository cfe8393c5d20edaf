#![allow(x)]
/* a /* nested */ comment */ //! doc
impl<'a, T: Fn(&'a u8) -> [u8; 3] + ?Sized> Tr<T> for r#struct<'_> where T: 'static { const N: usize = 0x1F_u8 as usize; }
fn f() -> impl Iterator<Item = u8> { let c = '\u{1F600}'; let b = b'\\'; let s = r##"a"#b"##; let t = b"x\"y"; let x = 1..=2.0e-3f64; if let Some(ref mut y @ 1..=9) | None = a?.b.0.1 { 'l: loop { break 'l 'c' } } |&(a, _)| -> u8 { a }; m!{ ( [ }
macro_rules! m { ($($x:expr),* $(,)?) => { $( $x; )* } }
union U { a: u8 } enum E { A(u8), B { c: u16 } = 3, } type T = fn(u8) -> !; static mut S: &'static str = "
