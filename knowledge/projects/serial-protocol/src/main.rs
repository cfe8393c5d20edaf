use std::env;
use std::io::{self, Read};
use std::process::ExitCode;

use serial_protocol::{Decoder, Frame, MAX_ENCODED};

/// Kind of a frame unless `--kind` says otherwise.
const KIND: u8 = 1; // @slot kind

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " encode [--kind N] [--number N] [--hex] TEXT...\n",
    "       ",
    env!("CARGO_PKG_NAME"),
    " decode [HEX...]\n",
    "encode prints one frame for each TEXT in hexadecimal digits; with --hex TEXT is such digits.\n",
    "decode prints the frames among the bytes given, or read from standard input.\n",
    "The exit status is 1 when a frame is damaged.\n",
    "decode prints the acknowledgement of each frame, too.\n", // @feature acknowledge
    "decode says on standard error how much it has met.\n",     // @feature statistics
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((command, _)) if command == "-h" || command == "--help" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Some((command, rest)) if command == "encode" => encode(rest),
        Some((command, rest)) if command == "decode" => match input(rest) {
            Ok(bytes) => return decode(&bytes),
            Err(message) => Err(message),
        },
        _ => Err("expected encode or decode".to_string()),
    };
    match outcome {
        Ok(lines) => {
            print!("{lines}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn encode(args: &[String]) -> Result<String, String> {
    let (mut kind, mut number, mut as_hex) = (KIND, 0u8, false);
    let mut lines = String::new();
    let mut texts = 0;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut byte = || {
            let text = args.next().ok_or(format!("{arg} needs a number"))?;
            text.parse::<u8>()
                .map_err(|_| format!("{arg} takes a number from 0 to 255, not '{text}'"))
        };
        match arg.as_str() {
            "--kind" => kind = byte()?,
            "--number" => number = byte()?,
            "--hex" => as_hex = true,
            text => {
                let payload = if as_hex {
                    from_hex(text)?
                } else {
                    text.as_bytes().to_vec()
                };
                let mut out = [0; MAX_ENCODED];
                let frame = Frame {
                    kind,
                    number,
                    payload: &payload,
                };
                let len = frame.encode(&mut out).map_err(|error| error.to_string())?;
                lines += &format!("{}\n", to_hex(&out[..len]));
                number = number.wrapping_add(1);
                texts += 1;
            }
        }
    }
    match texts {
        0 => Err("nothing to encode".to_string()),
        _ => Ok(lines),
    }
}

/// The bytes to decode: from the arguments, or from standard input when there are none.
fn input(args: &[String]) -> Result<Vec<u8>, String> {
    let mut text = args.concat();
    if args.is_empty() {
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| error.to_string())?;
    }
    from_hex(&text)
}

fn decode(bytes: &[u8]) -> ExitCode {
    let mut decoder = Decoder::default();
    let mut code = ExitCode::SUCCESS;
    // @feature acknowledge
    let mut receiver = serial_protocol::Receiver::default();
    // @end
    for byte in bytes {
        match decoder.push(*byte) {
            None => {}
            Some(Ok(frame)) => {
                let text: String = String::from_utf8_lossy(frame.payload)
                    .escape_debug()
                    .collect();
                println!("kind {} number {}: {text}", frame.kind, frame.number);
                // @feature acknowledge
                let (new, answer) = receiver.accept(&frame);
                let mut out = [0; MAX_ENCODED];
                if let Ok(len) = answer.encode(&mut out) {
                    let note = if new { "" } else { " (repeated)" };
                    eprintln!("acknowledge {}{note}", to_hex(&out[..len]));
                }
                // @end
            }
            Some(Err(error)) => {
                eprintln!("error: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    // @feature statistics
    let met = decoder.statistics();
    eprintln!(
        "{} bytes, {} frames, {} errors",
        met.bytes, met.frames, met.errors
    );
    // @end
    code
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| {
            c.to_digit(16)
                .ok_or(format!("'{c}' is not a hexadecimal digit"))
        })
        .collect::<Result<_, _>>()?;
    if digits.len() % 2 == 1 {
        return Err("a byte has two hexadecimal digits; one is missing".to_string());
    }
    Ok(digits
        .chunks(2)
        .map(|pair| (pair[0] * 16 + pair[1]) as u8)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_read() {
        assert_eq!(from_hex("7e 0A\nff"), Ok(vec![0x7e, 10, 255]));
        assert!(from_hex("7").is_err() && from_hex("zz").is_err());
        assert_eq!(to_hex(&[0, 255]), "00ff");
    }

    #[test]
    fn frames_are_numbered() {
        let args = ["--kind", "2", "a", "b"].map(String::from);
        let lines = encode(&args).unwrap();
        let starts: Vec<&str> = lines.lines().map(|line| &line[..8]).collect();
        assert_eq!(starts, ["7e020061", "7e020162"]);
        assert!(encode(&["--kind".to_string(), "300".to_string()]).is_err());
    }
}
