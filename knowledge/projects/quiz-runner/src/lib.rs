//! A quiz: questions with several answers are read from a text, asked one by one and scored.

use std::fmt;
use std::io::{self, BufRead, Write};

/// Per cent of right answers that are needed to pass.
pub const PASS_MARK: usize = 60; // @slot pass_mark

/// Answers that a question may have: one for each letter.
const MAX_ANSWERS: usize = 26;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    pub answers: Vec<String>,
    /// The place of the right answer.
    pub right: usize,
    pub explanation: String, // @feature explanations
}

/// What is wrong with the questions, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizError {
    pub line: usize,
    pub reason: &'static str,
}

impl fmt::Display for QuizError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for QuizError {}

/// A question while it is read.
struct Draft {
    line: usize,
    text: String,
    answers: Vec<String>,
    right: Option<usize>,
    explanation: String, // @feature explanations
}

impl Draft {
    fn finish(self) -> Result<Question, QuizError> {
        let fail = |reason| {
            Err(QuizError {
                line: self.line,
                reason,
            })
        };
        match self.right {
            None => fail("the question has no right answer"),
            Some(_) if self.answers.len() < 2 => fail("the question has only one answer"),
            Some(_) if self.answers.len() > MAX_ANSWERS => {
                fail("the question has too many answers")
            }
            Some(right) => Ok(Question {
                text: self.text,
                answers: self.answers,
                right,
                explanation: self.explanation, // @feature explanations
            }),
        }
    }
}

/// Reads questions (`? TEXT`) with their right (`= TEXT`) and wrong (`- TEXT`) answers.
pub fn parse_questions(text: &str) -> Result<Vec<Question>, QuizError> {
    let mut questions = Vec::new();
    let mut draft: Option<Draft> = None;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let fail = |reason| QuizError {
            line: line_number,
            reason,
        };
        let line = line.trim();
        let Some(mark) = line.chars().next().filter(|mark| *mark != '#') else {
            continue;
        };
        let content = line[mark.len_utf8()..].trim().to_string();
        if content.is_empty() {
            return Err(fail("there is no text behind the mark"));
        }
        if mark == '?' {
            if let Some(done) = draft.take() {
                questions.push(done.finish()?);
            }
            draft = Some(Draft {
                line: line_number,
                text: content,
                answers: Vec::new(),
                right: None,
                explanation: String::new(), // @feature explanations
            });
            continue;
        }
        let current = draft
            .as_mut()
            .ok_or(fail("there is no question before this line"))?;
        match mark {
            // @feature explanations
            '!' => current.explanation = content,
            // @end
            '=' if current.right.is_some() => return Err(fail("there are two right answers")),
            '=' => {
                current.right = Some(current.answers.len());
                current.answers.push(content);
            }
            '-' => current.answers.push(content),
            _ => return Err(fail("the line begins with none of ? = - #")),
        }
    }
    if let Some(done) = draft {
        questions.push(done.finish()?);
    }
    match questions.is_empty() {
        true => Err(QuizError {
            line: 1,
            reason: "there are no questions",
        }),
        false => Ok(questions),
    }
}

/// How a quiz went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Score {
    pub right: usize,
    pub asked: usize,
    /// The places of the questions that were answered wrongly.
    pub missed: Vec<usize>,
}

impl Score {
    pub fn percent(&self) -> usize {
        match self.asked {
            0 => 0,
            asked => self.right * 100 / asked,
        }
    }

    pub fn passed(&self) -> bool {
        self.percent() >= PASS_MARK
    }
}

/// What was typed: the place of an answer, or nothing if it is none.
fn read_choice(line: &str, answers: &[String]) -> Option<usize> {
    let line = line.trim();
    let mut letters = line.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        let place = (letter.to_ascii_lowercase() as usize).checked_sub('a' as usize);
        if let Some(place) = place.filter(|place| *place < answers.len()) {
            return Some(place);
        }
    }
    answers
        .iter()
        .position(|answer| answer.eq_ignore_ascii_case(line))
}

/// Asks all questions. An answer is its letter or its text; an empty line skips a question, and
/// the end of the input ends the quiz: what was not asked does not count.
pub fn run(
    questions: &[Question],
    mut input: impl BufRead,
    output: &mut impl Write,
) -> io::Result<Score> {
    let mut score = Score::default();
    for (number, question) in questions.iter().enumerate() {
        writeln!(output, "{}. {}", number + 1, question.text)?;
        for (letter, answer) in ('a'..='z').zip(&question.answers) {
            writeln!(output, "   {letter}) {answer}")?;
        }
        let choice = loop {
            write!(output, "> ")?;
            output.flush()?;
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                writeln!(output)?;
                return Ok(score);
            }
            match read_choice(&line, &question.answers) {
                None if !line.trim().is_empty() => writeln!(output, "Please type a letter.")?,
                choice => break choice,
            }
        };
        score.asked += 1;
        if choice == Some(question.right) {
            score.right += 1;
            writeln!(output, "Right.")?;
        } else {
            score.missed.push(number);
            writeln!(output, "No: {}.", question.answers[question.right])?;
        }
        // @feature explanations
        if !question.explanation.is_empty() {
            writeln!(output, "{}", question.explanation)?;
        }
        // @end
    }
    Ok(score)
}

// @feature review
/// The questions that were answered wrongly, with the right answers.
pub fn review(questions: &[Question], score: &Score) -> String {
    let missed = score.missed.iter().filter_map(|at| questions.get(*at));
    missed
        .map(|q| format!("  {} {}\n", q.text, q.answers[q.right]))
        .collect()
}
// @end

// @feature shuffle
/// Brings questions and answers into an order that depends on the seed.
pub fn shuffle(questions: &mut [Question], seed: u64) {
    let mut random = Random(seed);
    for question in questions.iter_mut() {
        let right = question.answers[question.right].clone();
        random.shuffle(&mut question.answers);
        question.right = question
            .answers
            .iter()
            .position(|a| *a == right)
            .unwrap_or(0);
    }
    random.shuffle(questions);
}

struct Random(u64);

impl Random {
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            list.swap(last, ((mixed >> 33) % (last as u64 + 1)) as usize);
        }
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    const QUIZ: &str = "? One and one\n- 1\n= 2\n\n# more\n? Capital of France\n= Paris\n- Rome\n";

    fn play(answers: &str) -> (Score, String) {
        let mut output = Vec::new();
        let questions = parse_questions(QUIZ).unwrap();
        let score = run(&questions, answers.as_bytes(), &mut output).unwrap();
        (score, String::from_utf8(output).unwrap())
    }

    #[test]
    fn questions_are_read() {
        let questions = parse_questions(QUIZ).unwrap();
        assert_eq!(questions.len(), 2);
        assert_eq!((questions[0].right, questions[1].right), (1, 0));
        assert_eq!(questions[1].answers, ["Paris", "Rome"]);
    }

    #[test]
    fn wrong_files_are_explained() {
        for (text, expected) in [
            ("", "line 1: there are no questions"),
            ("= 2", "line 1: there is no question before this line"),
            ("? a\n- 1\n- 2", "line 1: the question has no right answer"),
            ("? a\n= 1", "line 1: the question has only one answer"),
            ("? a\n= 1\n= 2", "line 3: there are two right answers"),
            ("\n?  ", "line 2: there is no text behind the mark"),
            ("? a\nb c", "line 2: the line begins with none of ? = - #"),
        ] {
            assert_eq!(parse_questions(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn answers_are_letters_or_texts() {
        let (score, text) = play("B\nparis\n");
        assert_eq!((score.right, score.asked), (2, 2));
        assert!(score.passed() && text.contains("Right."));
        let (score, text) = play("a\nb\n");
        assert_eq!((score.right, score.missed), (0, vec![0, 1]));
        assert!(text.contains("No: Paris."));
    }

    #[test]
    fn wrong_input_is_asked_for_again_and_empty_lines_skip() {
        let (score, text) = play("z\nb\n\n");
        assert_eq!((score.right, score.asked), (1, 2));
        assert_eq!(text.matches("Please type a letter.").count(), 1);
        assert_eq!(score.percent(), 50);
    }

    #[test]
    fn the_end_of_the_input_ends_the_quiz() {
        assert_eq!(
            play("b\n").0,
            Score {
                right: 1,
                asked: 1,
                missed: vec![]
            }
        );
        assert_eq!(play("").0.percent(), 0);
    }

    // @feature review
    #[test]
    fn missed_questions_are_shown_again() {
        let questions = parse_questions(QUIZ).unwrap();
        assert_eq!(review(&questions, &play("a\na\n").0), "  One and one 2\n");
    }
    // @end

    // @feature shuffle
    #[test]
    fn shuffling_keeps_right_answers_right() {
        let original = parse_questions(QUIZ).unwrap();
        for seed in 0..20 {
            let mut questions = original.clone();
            shuffle(&mut questions, seed);
            assert_eq!(questions.len(), 2);
            for question in &questions {
                let known = original
                    .iter()
                    .find(|known| known.text == question.text)
                    .unwrap();
                assert_eq!(question.answers[question.right], known.answers[known.right]);
            }
        }
    }
    // @end

    // @feature explanations
    #[test]
    fn explanations_follow_the_answer() {
        let questions = parse_questions("? a\n= 1\n- 2\n! because\n").unwrap();
        let mut output = Vec::new();
        run(&questions, "a\n".as_bytes(), &mut output).unwrap();
        assert!(String::from_utf8(output)
            .unwrap()
            .ends_with("Right.\nbecause\n"));
    }
    // @end
}
