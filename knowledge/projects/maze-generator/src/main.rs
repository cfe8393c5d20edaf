use maze_generator::{Maze, Style, HEIGHT, WIDTH};
use std::env;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Draws a maze.\n",
    "  --size WxH   size in cells\n",
    "  --seed N     another maze for each number\n",
    "  --short      short twisted corridors\n", // @feature winding
    "  --loops      opens dead ends, so that there are several ways\n", // @feature loops
    "  --solve      marks the shortest way\n",  // @feature solve
    "  --read       solves the maze that standard input draws\n", // @feature read
);

struct Options {
    size: (usize, usize),
    seed: u64,
    style: Style,
    // @feature loops
    loops: bool,
    // @end
    // @feature solve
    solve: bool,
    // @end
    // @feature read
    read: bool,
    // @end
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match parse(&args) {
        Ok(options) => options,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        size: (WIDTH, HEIGHT),
        seed: 1,
        style: Style::Long,
        // @feature loops
        loops: false,
        // @end
        // @feature solve
        solve: false,
        // @end
        // @feature read
        read: false,
        // @end
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--size" => options.size = parse_size(value()?)?,
            "--seed" => {
                let text = value()?;
                let wrong = |_| format!("'{text}' is not a possible seed");
                options.seed = text.parse().map_err(wrong)?;
            }
            // @feature winding
            "--short" => options.style = Style::Short,
            // @end
            // @feature loops
            "--loops" => options.loops = true,
            // @end
            // @feature solve
            "--solve" => options.solve = true,
            // @end
            // @feature read
            "--read" => options.read = true,
            // @end
            _ => return Err(format!("unknown argument '{arg}'")),
        }
    }
    Ok(options)
}

fn parse_size(text: &str) -> Result<(usize, usize), String> {
    let side = |part: &str| {
        part.parse()
            .ok()
            .filter(|n| (1..=maze_generator::MOST).contains(n))
    };
    text.split_once('x')
        .and_then(|(width, height)| Some((side(width)?, side(height)?)))
        .ok_or_else(|| format!("'{text}' is not a size such as 20x10"))
}

/// The maze that is asked for, drawn.
fn run(options: &Options) -> Result<String, String> {
    // @feature read
    if options.read {
        let text = std::io::read_to_string(std::io::stdin());
        let mut maze = Maze::parse(&text.map_err(|e| e.to_string())?)?;
        return solved(&mut maze);
    }
    // @end
    let (width, height) = options.size;
    let maze = Maze::generate(width, height, options.style, options.seed)?;
    // @feature loops
    let maze = match options.loops {
        true => {
            let mut opened = maze;
            opened.open_dead_ends(options.seed);
            opened
        }
        false => maze,
    };
    // @end
    // @feature solve
    if options.solve {
        return solved(&mut maze.clone());
    }
    // @end
    Ok(maze.to_string())
}

// @feature solve
/// The maze with its way marked, and the length of that.
fn solved(maze: &mut Maze) -> Result<String, String> {
    match maze.solve() {
        Some(length) => Ok(format!("{maze}the way has {length} squares\n")),
        None => Err("there is no way through".to_string()),
    }
}
// @end
